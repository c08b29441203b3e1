"""What is wrong with a payload, before anybody saves or sends it: the card "Checks", and the errors of one post. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.content import links
from app.content.language_check import mismatch
from app.content.preview import Preview
from app.platforms import registry
from app.platforms.base import Post, Problem


def errors(post: Post, platform: str, configuration: Mapping[str, Any] | None = None) -> list[str]:
    """Why a composed post cannot go out on an account: the errors of its preview, in the same words."""
    connector = registry.get(platform)
    found = connector.check(post, connector.limits(configuration))
    return [problem.message for problem in found if problem.severity == "error"]


@dataclass(frozen=True)
class Check:
    """One line of the card "Checks": passed, to be confirmed, or failed."""

    tone: Literal["ok", "wait", "bad"]
    title: str
    detail: str


def summary(payload: Mapping[str, Any], previews: Sequence[Preview], duplicates: Sequence[str] = ()) -> list[Check]:
    """The card "Checks" of an item. `duplicates`: titles of other items with the same words."""
    return [
        _length(previews),
        *_other_errors(previews),
        *_pictures(payload),
        *_addresses(previews),
        _duplicates(duplicates),
        *_letters(payload),
        *_disclosure(payload),
    ]


def _length(previews: Sequence[Preview]) -> Check:
    if not previews:
        return Check("wait", "No account chosen yet", "Edit the plan: lengths are checked for the chosen accounts")
    over = [f"{p.name}: {p.count.text}" for p in previews if p.count.tone == "bad"]
    over += [f"{p.name}: {e.message}" for p in previews for e in p.errors if _long_title(p, e)]
    if over:
        return Check("bad", "Too long", "; ".join(over))
    bounded = [p for p in previews if p.count.limit is not None]
    closest = min(bounded, key=lambda p: (p.count.limit or 0) - p.count.used, default=None)
    left = (
        f"{closest.name} is closest: {(closest.count.limit or 0) - closest.count.used:,} {closest.count.unit} left"
        if closest
        else "No limit known"
    )
    return Check("ok", "Length fits every platform", left)


def _other_errors(previews: Sequence[Preview]) -> list[Check]:
    return [
        Check("bad", p.name, e.message)
        for p in previews
        for e in p.errors
        if not (e.field == "text" and p.count.tone == "bad") and not _long_title(p, e)
    ]


def _long_title(made: Preview, error: Problem) -> bool:
    """A title that is there and refused is too long; an empty one is missing."""
    return error.field == "title" and bool(made.post.title.strip())


def _pictures(payload: Mapping[str, Any]) -> list[Check]:
    uses = payload.get("media") or []
    if not uses:
        return []
    named = sum(1 for m in uses if (m.get("alt") or "").strip())
    words = f"{named} of {len(uses)}"
    return [
        Check("ok", "Pictures have descriptions", words)
        if named == len(uses)
        else Check("wait", "Pictures without description", words)
    ]


def _addresses(previews: Sequence[Preview]) -> list[Check]:
    found = {a for p in previews for a in links.addresses(p.post.text)}
    bad = {b for p in previews for b in links.malformed_addresses(p.post.text)}
    if bad:
        return [Check("wait", "A link will not open", ", ".join(sorted(bad))[:200])]
    return [Check("ok", "Links are well formed", f"{len(found)} checked")] if found else []


def _letters(payload: Mapping[str, Any]) -> list[Check]:
    language = str(payload.get("language") or "")
    likely = mismatch(str(payload.get("body") or ""), language)
    return (
        [Check("wait", "Is the language right?", f"It says “{language}”, the letters look like “{likely}”")]
        if likely
        else []
    )


def _duplicates(duplicates: Sequence[str]) -> Check:
    if duplicates:
        return Check(
            "wait", "Looks like a duplicate", "Same words as " + ", ".join(f"“{t[:60]}”" for t in duplicates[:3])
        )
    return Check("ok", "No duplicate", "No other item has these words")


def _disclosure(payload: Mapping[str, Any]) -> list[Check]:
    level = payload.get("disclosure") or "none"
    return [] if level == "none" else [Check("wait", "AI disclosure will be shown", f"Level “{level}”")]
