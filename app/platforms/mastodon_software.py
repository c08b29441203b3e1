"""Facts of the servers that speak the Mastodon API: one row per software, each with where it was read.

Found out at `verify` (nodeinfo, else the version of the instance) and kept in the account's configuration, under
`limits.software`. What is not known is taken for the most careful row. A row is a matter of words and counting; what may
be concluded from a look is never decided by a family's name alone (publishing.md, last section).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.platforms.spec import code_points
from app.platforms.texts import graphemes, mastodon

Count = Callable[[str], int]


@dataclass(frozen=True)
class Software:
    """`shortens`: a link counts `characters_reserved_per_url` and a mention without its server, else both in full
    (None: not known, so whatever is longer).
    `letters` counts what is left, the content warning and (`alts`) descriptions. `keeps`: which fields a post comes back
    with; what is not named is lost or not told. `lists_private`: followers-only posts are listed to their owner.
    `content_type`: knows the field and may run Markdown over a text without it. `dates`: sends a Date header.
    `caveats` are said in the preview.
    """

    name: str
    letters: Count
    alts: Count
    shortens: bool | None
    keeps: frozenset[str]
    lists_private: bool
    content_type: bool
    dates: bool
    source: str
    caveats: tuple[str, ...] = ()

    def count(self, per_url: int) -> Count:
        """How the text of a post is counted."""
        if self.shortens is None:
            return lambda text: max(mastodon(per_url)(text), self.letters(text))
        return mastodon(per_url) if self.shortens else self.letters


ALL = frozenset({"language", "sensitive", "visibility", "alt"})

MASTODON = Software(
    "Mastodon", graphemes, code_points, shortens=True, keeps=ALL, lists_private=True, content_type=False, dates=True,
    source="app/validators/status_length_validator.rb (each_grapheme_cluster; the warning is not shortened), "
    "app/models/media_attachment.rb (description, length)",
)  # fmt: skip
GOTOSOCIAL = Software(
    "GoToSocial", code_points, code_points, shortens=False, keeps=ALL, lists_private=True, content_type=True, dates=True,
    source="internal/processing/status/common.go, validateStatusContent: len([]rune(status)) + len([]rune(spoiler))",
)  # fmt: skip
PLEROMA = Software(
    "Pleroma", graphemes, graphemes, shortens=False, keeps=ALL, lists_private=True, content_type=True, dates=True,
    source="lib/pleroma/web/common_api/utils.ex, validate_character_limit: String.length (graphemes) of text and summary",
)  # fmt: skip
MISSKEY = Software(
    "Misskey", code_points, code_points, shortens=False, keeps=ALL - {"language"}, lists_private=True, content_type=False,
    dates=True, source="packages/backend notes/create (text: maxLength counts code units); no language of a note",
    caveats=("This server keeps no language of a post.",),
)  # fmt: skip
PIXELFED = Software(
    "Pixelfed", code_points, code_points, shortens=False, keeps=ALL - {"language"}, lists_private=True, content_type=False,
    dates=True, source="app/Http/Controllers/Api/ApiV1Controller.php, statusCreate (max:…, mb_strlen)",
    caveats=("This server needs a picture with every post and keeps no language.",),
)  # fmt: skip
SNAC = Software(
    "snac", code_points, code_points, shortens=False, keeps=frozenset({"alt"}), lists_private=False, content_type=False,
    dates=False, source="mastoapi.c, POST /v1/statuses: reads status, visibility (public or not), spoiler_text, media_ids; "
    "language and sensitive are not read; followers-only posts are not listed to their owner (tried)",
    caveats=(
        "This server drops the language, and the sensitive mark of pictures without a content warning.",
        "This server knows public posts and others: “quiet public” becomes followers only.",
        "This server does not list followers-only posts: after an unclear answer a person has to look.",
        "This server draws Markdown: *, _ and ` may vanish from the text.",
    ),
)  # fmt: skip
UNKNOWN = Software(
    "this server", code_points, code_points, shortens=None, keeps=frozenset(), lists_private=False, content_type=False,
    dates=False, source="not known, so the longest count and no trust",
)  # fmt: skip

BY_NAME: Mapping[str, Software] = {
    "mastodon": MASTODON, "glitchcafe": MASTODON, "hometown": MASTODON, "gotosocial": GOTOSOCIAL, "pleroma": PLEROMA,
    "akkoma": PLEROMA, "snac": SNAC, "misskey": MISSKEY, "sharkey": MISSKEY, "firefish": MISSKEY, "iceshrimp": MISSKEY,
    "iceshrimp.net": MISSKEY, "foundkey": MISSKEY, "cherrypick": MISSKEY, "pixelfed": PIXELFED,
}  # fmt: skip


def named(name: Any, default: Software = UNKNOWN) -> Software:
    """The row of a name as nodeinfo gives it."""
    return BY_NAME.get(str(name).strip().lower(), default)


def of(configuration: Mapping[str, Any]) -> Software:
    """The row of an account. An account that was never asked (or before this was read) counts as Mastodon."""
    kept = configuration.get("limits")
    name = kept.get("software") if isinstance(kept, Mapping) else None
    if name:
        return named(name)
    version = kept.get("version") if isinstance(kept, Mapping) else None
    return by_version(version) if isinstance(version, str) else MASTODON


def by_version(version: str, source_url: Any = "") -> Software:
    """Where there is no nodeinfo: relatives write "(compatible; Name x.y)", the version of Mastodon is a bare number."""
    said = f"{version} {source_url or ''}".lower()
    found = next((row for name, row in BY_NAME.items() if name != "mastodon" and name in said), None)
    if found or "compatible;" in said:
        return found or UNKNOWN
    return MASTODON
