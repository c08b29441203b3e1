"""How what a platform stored differs from what was sent, as sentences for the record. Pure.

In: two `Kept` (sent, shown); a field that the answer does not tell is None there and is not compared. Out: remarks, the
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
class Kept:
    """One side. `alts` are the descriptions in order; `pictures` counts what is attached."""

    text: str | None = None
    visibility: str | None = None
    warning: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    pictures: int | None = None
    alts: tuple[str, ...] | None = None


def remarks(sent: Kept, shown: Kept) -> tuple[str, ...]:
    """Every difference as a sentence."""
    return (*_reach(sent, shown), *_warned(sent, shown), *_words(sent, shown), *_pictures(sent, shown))


def _reach(sent: Kept, shown: Kept) -> Iterator[str]:
    if sent.visibility and shown.visibility and sent.visibility != shown.visibility:
        is_now, meant = (VISIBLE.get(one, one[:40]) for one in (shown.visibility, sent.visibility))
        yield f"{SEVERE} {is_now} instead of {meant}"


def _warned(sent: Kept, shown: Kept) -> Iterator[str]:
    if sent.warning and shown.warning is not None and not _same_warning(sent.warning, shown.warning):
        yield "Stored with another content warning" if shown.warning.strip() else "Stored without its content warning"
    if sent.sensitive and shown.sensitive is False:
        yield "Stored without the mark “sensitive”"


def _same_warning(sent: str, shown: str) -> bool:
    """Plain text by the API's description; some servers escape it as HTML."""
    return any(same_text(sent, one) for one in (shown, plain(shown)))


def _words(sent: Kept, shown: Kept) -> Iterator[str]:
    if sent.text is not None and shown.text is not None:
        same = same_text(sent.text, shown.text) if sent.text.strip() or shown.text.strip() else "exact"
        if same != "exact":
            yield "Marks of the text were taken for formatting" if same else "Stored with another text"
    if sent.language and shown.language is not None and _base(sent.language) != _base(shown.language):
        other = f"as “{shown.language[:20]}” instead of “{sent.language}”"
        yield f"Stored {other}" if shown.language else "Stored without its language"


def _base(language: str) -> str:
    return language.partition("-")[0].partition("_")[0].lower()


def _pictures(sent: Kept, shown: Kept) -> Iterator[str]:
    if sent.pictures is not None and shown.pictures is not None and sent.pictures != shown.pictures:
        yield f"Stored with {shown.pictures} of {sent.pictures} pictures"
    elif sent.alts and shown.alts is not None:
        lost = [
            at
            for at, (ours, theirs) in enumerate(zip(sent.alts, shown.alts, strict=False), 1)
            if ours.strip() and not theirs.strip()
        ]
        other = [
            at for at, (ours, theirs) in enumerate(zip(sent.alts, shown.alts, strict=False), 1)
            if ours.strip() and theirs.strip() and " ".join(ours.split()) != " ".join(theirs.split())
        ]  # fmt: skip
        yield from (f"Stored without the description of picture {at}" for at in lost)
        yield from (f"Stored with another description of picture {at}" for at in other)


def severe(said: str) -> bool:
    """Whether a remark is about who can see the post."""
    return said.startswith(SEVERE + " ") and " instead of " in said and "“" not in said
