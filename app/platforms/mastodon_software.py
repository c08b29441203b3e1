"""Facts of the servers that speak the Mastodon API: one row per software, each read in its source.

Found out at `verify` (nodeinfo, else the version of the instance) and kept in the account's configuration, under
`limits.software`. What nobody read is taken for the most careful value, so a software without a row is UNKNOWN, and so
is an account that has none on record yet. A row is a matter of words and counting; what may be concluded from a look is
never decided by a family's name alone (docs/delivery.md, "Reconcile").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.platforms.spec import code_points
from app.platforms.texts import code_units, graphemes, mastodon

Count = Callable[[str], int]


@dataclass(frozen=True)
class Software:
    """`name` as nodeinfo has it.
    `shortens`: a link counts `characters_reserved_per_url` and a mention without its server, else both in full
    (None: not known, so whatever is longer).
    `letters` counts what is left and the content warning, `alts` counts descriptions.
    `content_type`: is told that a text is plain, for it knows the field and may run Markdown over a text without it.
    `media_required`: takes no post without a picture. `caveats` are said in the preview. `source`: where it was read.
    """

    name: str
    letters: Count
    alts: Count
    shortens: bool | None
    content_type: bool
    source: str
    media_required: bool = False
    caveats: tuple[str, ...] = ()

    def count(self, per_url: int) -> Count:
        """How the text of a post is counted."""
        if self.shortens is None:
            return lambda text: max(mastodon(per_url)(text), self.letters(text))
        return mastodon(per_url) if self.shortens else self.letters


MASTODON = Software(
    "mastodon", graphemes, code_points, shortens=True, content_type=False,
    source="app/validators/status_length_validator.rb (grapheme clusters of the text, shortened, and of the warning, not "
    "shortened); app/models/media_attachment.rb (description, length: Ruby's, code points)",
)  # fmt: skip
GLITCH = Software(
    "glitch", graphemes, code_points, shortens=True, content_type=True,
    source="glitch-soc app/validators/status_length_validator.rb (as Mastodon's); app/controllers/api/v1/statuses_controller.rb, "
    "content_type. Its nodeinfo says mastodon, its version “+glitch”",
)  # fmt: skip
GOTOSOCIAL = Software(
    "gotosocial", code_points, code_points, shortens=False, content_type=True,
    source="internal/processing/status/common.go, validateStatusContent: len([]rune(status)) + len([]rune(spoiler)); "
    "internal/api/client/media/mediacreate.go: len([]rune(form.Description))",
)  # fmt: skip
PLEROMA = Software(
    "pleroma", graphemes, graphemes, shortens=False, content_type=True,
    source="lib/pleroma/web/common_api/activity_draft.ex, full_payload: String.length (graphemes) of text and warning; "
    "…/common_api/utils.ex, get_content_type; lib/pleroma/upload.ex: String.length(description)",
)  # fmt: skip
SHARKEY = Software(
    "sharkey", code_units, code_units, shortens=False, content_type=False,
    source="packages/backend/src/server/api/endpoints/notes: ps.text.length > maxNoteLength (JavaScript's, UTF-16); "
    "…/api/mastodon/endpoints/status.ts passes the text on as it is; descriptions not read, so the longest count",
)  # fmt: skip
PIXELFED = Software(
    "pixelfed", code_points, code_points, shortens=False, content_type=False, media_required=True,
    source="app/Http/Controllers/Api/ApiV1Controller.php, statusCreate: max:max_caption_length (Laravel, mb_strlen), "
    "spoiler_text max:140, strip_tags, “Empty statuses are not allowed”, language always en; ApiV2Controller.php, "
    "description max:max_altext_length",
    caveats=(
        "This server needs a picture with every post and keeps no language.",
        "This server takes out what stands between < and >, and a content warning of more than 140 characters is refused.",
    ),
)  # fmt: skip
SNAC = Software(
    "snac", code_points, code_points, shortens=False, content_type=False,
    source="mastoapi.c, POST /v1/statuses: no limit is enforced (the instance says 100,000), sensitive is not read, the "
    "warning sets it (an older copy of the file reads no language either); GET /v1/accounts/…/statuses: is_msg_public "
    "only; format.c, not_really_markdown",
    caveats=(
        "This server drops the sensitive mark of pictures without a content warning; an older one drops the language too.",
        "An older version of this server knows only public posts and others: compare what is said on the record.",
        "This server does not list followers-only posts: after an unclear answer a person has to look.",
        "This server draws Markdown: *, _ and ` may vanish from the text.",
    ),
)  # fmt: skip
UNKNOWN = Software(
    "unknown", code_units, code_units, shortens=None, content_type=True,
    source="not read, so the longest count; content_type is passed over by servers that do not know it",
    caveats=("It is not known how this account's server counts, so the longest way holds.",),
)  # fmt: skip

UNCHECKED = replace(
    UNKNOWN, name="",
    caveats=("It is not known yet how this account's server counts, so the longest way holds. Check the account to find out.",),
)  # fmt: skip

BY_NAME: Mapping[str, Software] = {
    row.name: row for row in (MASTODON, GLITCH, GOTOSOCIAL, PLEROMA, SHARKEY, PIXELFED, SNAC)
} | {"akkoma": PLEROMA}

# "2.7.2 (compatible; Akkoma 3.13)", "4.0.0 (not true; really snac/2.77)", "3.0.0 (compatible; Sharkey 2025; like Akkoma)"
_RELATIVE = re.compile(r"\((?:compatible|not true);\s*(?:really\s+)?([a-z.]+)", re.IGNORECASE)
_BARE = re.compile(r"[1-9][0-9]*\.[0-9]+\.[0-9]+(-[a-z0-9.-]+)?", re.IGNORECASE)


def by_name(name: Any) -> Software:
    """The row of a name as nodeinfo gives it."""
    return BY_NAME.get(str(name).strip().lower(), UNKNOWN)


def of_account(configuration: Mapping[str, Any]) -> Software:
    """The row of an account; it is as good as UNKNOWN until a check has found out its software."""
    limits = configuration.get("limits")
    name = limits.get("software") if isinstance(limits, Mapping) else None
    return by_name(name) if name else UNCHECKED


def by_version(version: str, source_url: Any = "") -> Software:
    """Where there is no nodeinfo: relatives say who they are in brackets, the version of Mastodon is a bare number."""
    if relative := _RELATIVE.search(version):
        return by_name(relative[1])
    if isinstance(source_url, str) and source_url.rstrip("/").lower().endswith("/gotosocial"):
        return GOTOSOCIAL
    if "+glitch" in version.lower():
        return GLITCH
    return MASTODON if _BARE.fullmatch(version) else UNKNOWN


def canonical_name(name: str, version: str, source_url: Any = "") -> str:
    """What is kept of both: nodeinfo's word, but a version tells glitch-soc from the Mastodon that its nodeinfo says."""
    software = by_version(version, source_url)
    return software.name if software is GLITCH or not name else name
