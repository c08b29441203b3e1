"""What a status of a server of the Mastodon API has in common with a post of ours. Pure but for `source`.

Identity is the exact source text, the same pictures (number, alt texts, and sizes where they are given) and the same options.
Anything less is said in words: it can be shown to a person, and it settles nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.platforms.mastodon_account import spoiler_of
from app.platforms.post import Media, Post
from app.platforms.results import Candidate
from app.platforms.text_match import canonical, fold, plain, same_mentions, same_text

Source = Callable[[Mapping[str, Any]], str | None]
"""Asks the server for the source text of a status; None when it does not tell."""
REWRITTEN = "rewritten text"
ODD_TIME = "outside the attempt's time"
EXCERPT = 300


def shape(post: Post) -> tuple[str, bool, bool, bool]:
    """What decides whether a server lists a post, and how it shows it: visibility, pictures, warning, sensitive."""
    return visibility_of(post), bool(post.media), bool(spoiler_of(post)), sensitive_of(post)


def visibility_of(post: Post) -> str:
    return str(post.options.get("visibility") or "public")


def sensitive_of(post: Post) -> bool:
    return post.options.get("sensitive") in (True, "1", "true", "on") or bool(spoiler_of(post))


def differences(post: Post, status: Mapping[str, Any], source: Source) -> tuple[str, ...] | None:
    """In what the status differs from the post: () is identity, None another post altogether."""
    if status.get("reblog") or not _is_similar(post.text, status):
        return None
    found = [] if _is_exact(post.text, status, source) else [REWRITTEN]
    found += _pictures(post, _media(status)) + _options(post, status)
    return tuple(found)


def candidate(status: Mapping[str, Any], differs: tuple[str, ...]) -> Candidate:
    text = next(iter(_sources(status)), None) or plain(str(status.get("content") or ""))
    return Candidate(str(status.get("id")), address(status), text[:EXCERPT], created_at(status), differs)


def address(status: Mapping[str, Any]) -> str:
    url = status.get("url") or status.get("uri")
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""


def created_at(status: Mapping[str, Any]) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(status.get("created_at")))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_similar(sent: str, status: Mapping[str, Any]) -> bool:
    return any(same_text(sent, text) for text in [*_sources(status), plain(str(status.get("content") or ""))])


def _is_exact(sent: str, status: Mapping[str, Any], source: Source) -> bool:
    """By the source text: in the listing, else asked for, else the HTML read back, with the servers of its mentions."""
    known = next(iter(_sources(status)), None)
    known = source(status) if known is None else known
    if known is not None:
        return fold(known) == fold(sent)
    html = str(status.get("content") or "")
    return canonical(plain(html)) == canonical(sent) and same_mentions(sent, html)


def _sources(status: Mapping[str, Any]) -> list[str]:
    """Texts as they were written, where the listing has them."""
    own = status.get("pleroma")
    content = own.get("content") if isinstance(own, Mapping) else None
    source = content.get("text/plain") if isinstance(content, Mapping) else None
    return [text for text in (status.get("text"), source) if isinstance(text, str) and text]


def _media(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    media = status.get("media_attachments")
    return [m for m in media if isinstance(m, Mapping)] if isinstance(media, list) else []


def _pictures(post: Post, attached: list[Mapping[str, Any]]) -> list[str]:
    if len(attached) != len(post.media):
        return ["other number of pictures"]
    pairs = list(zip(post.media, attached, strict=True))
    found = []
    if any(fold(ours.alt) != fold(str(theirs.get("description") or "")) for ours, theirs in pairs):
        found.append("other alt text")
    if not all(_same_size(ours, theirs) for ours, theirs in pairs):
        found.append("pictures of another size")
    return found


def _same_size(ours: Media, theirs: Mapping[str, Any]) -> bool:
    """The same, or made smaller in the same proportion; True where one side does not say."""
    meta = theirs.get("meta")
    original = meta.get("original") if isinstance(meta, Mapping) else None
    size = (original.get("width"), original.get("height")) if isinstance(original, Mapping) else (None, None)
    width, height = size
    if not (isinstance(width, int) and isinstance(height, int) and ours.width and ours.height):
        return True
    smaller = 0 < width <= ours.width and 0 < height <= ours.height
    return smaller and abs(width * ours.height - height * ours.width) <= max(ours.width, ours.height)


def _options(post: Post, status: Mapping[str, Any]) -> list[str]:
    found = []
    if fold(str(status.get("spoiler_text") or "")) != fold(spoiler_of(post)):
        found.append("other warning")
    if "visibility" in status and status["visibility"] != visibility_of(post):
        found.append("other visibility")
    if "sensitive" in status and bool(status["sensitive"]) != sensitive_of(post):
        found.append("marked as sensitive otherwise")
    if status.get("in_reply_to_id"):
        found.append("an answer to another post")
    return found
