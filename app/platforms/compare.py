"""How what a platform stored differs from what was sent, as sentences for the record. Pure.

In: two `PostFields` (sent, stored); a field that the answer does not tell is None there and is not compared. Out: remarks, the
gravest first. A remark never changes the verdict: it is published, and this is what a reader finds there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.platforms.text_match import plain, same_text

SEVERE = "Stored as"
"""Remarks that begin so are grave: more (or fewer) people see it than were meant to."""
VISIBLE = {
    "public": "public", "unlisted": "quiet public", "private": "followers only", "direct": "a direct message",
    "local": "local only", "mutuals_only": "mutual followers only",
}  # fmt: skip


@dataclass(frozen=True)
class PostFields:
    """One side. `alts` are the descriptions in order; `pictures` counts what is attached."""

    text: str | None = None
    visibility: str | None = None
    warning: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    pictures: int | None = None
    alts: tuple[str, ...] | None = None


def remarks(sent: PostFields, stored: PostFields) -> tuple[str, ...]:
    """Every difference as a sentence."""
    return (
        *_compare_visibility(sent, stored),
        *_compare_warning(sent, stored),
        *_compare_text(sent, stored),
        *_compare_pictures(sent, stored),
    )


def _compare_visibility(sent: PostFields, stored: PostFields) -> Iterator[str]:
    if sent.visibility and stored.visibility and sent.visibility != stored.visibility:
        is_now, meant = (VISIBLE.get(one, one[:40]) for one in (stored.visibility, sent.visibility))
        yield f"{SEVERE} {is_now} instead of {meant}"


def _compare_warning(sent: PostFields, stored: PostFields) -> Iterator[str]:
    if sent.warning and stored.warning is not None and not _same_warning(sent.warning, stored.warning):
        yield "Stored with another content warning" if stored.warning.strip() else "Stored without its content warning"
    if sent.sensitive and stored.sensitive is False:
        yield "Stored without the mark “sensitive”"


def _same_warning(sent: str, stored: str) -> bool:
    """Plain text by the API's description; some servers escape it as HTML."""
    return any(same_text(sent, one) for one in (stored, plain(stored)))


def _compare_text(sent: PostFields, stored: PostFields) -> Iterator[str]:
    if sent.text is not None and stored.text is not None:
        same = same_text(sent.text, stored.text) if sent.text.strip() or stored.text.strip() else "exact"
        if same != "exact":
            yield "Marks of the text were taken for formatting" if same else "Stored with another text"
    if (
        sent.language
        and stored.language is not None
        and _base_language(sent.language) != _base_language(stored.language)
    ):
        other = f"as “{stored.language[:20]}” instead of “{sent.language}”"
        yield f"Stored {other}" if stored.language else "Stored without its language"


def _base_language(language: str) -> str:
    return language.partition("-")[0].partition("_")[0].lower()


def _compare_pictures(sent: PostFields, stored: PostFields) -> Iterator[str]:
    if sent.pictures is not None and stored.pictures is not None and sent.pictures != stored.pictures:
        yield f"Stored with {stored.pictures} of {sent.pictures} pictures"
    elif sent.alts and stored.alts is not None:
        lost = [
            at
            for at, (ours, theirs) in enumerate(zip(sent.alts, stored.alts, strict=False), 1)
            if ours.strip() and not theirs.strip()
        ]
        other = [
            at for at, (ours, theirs) in enumerate(zip(sent.alts, stored.alts, strict=False), 1)
            if ours.strip() and theirs.strip() and " ".join(ours.split()) != " ".join(theirs.split())
        ]  # fmt: skip
        yield from (f"Stored without the description of picture {at}" for at in lost)
        yield from (f"Stored with another description of picture {at}" for at in other)


def is_severe(remark: str) -> bool:
    """Whether a remark is about who can see the post."""
    return remark.startswith(SEVERE + " ") and " instead of " in remark and "“" not in remark
