"""What is wrong with a payload for one platform, before anybody saves or sends it. Pure; the words say what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from app.content import links
from app.content.compose import compose
from app.content.language_check import mismatch
from app.content.markdown_html import mark_links, render_markdown
from app.content.version_view import Row, platform_fields
from app.platforms import registry
from app.platforms.base import Limits, Post, Problem

Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Count:
    """How full a text is, in the platform's own way of counting. `limit` None: no limit that we know of."""

    used: int
    limit: int | None
    unit: str = "characters"

    @property
    def tone(self) -> str:
        """ "" up to 90 %, "wait" (amber) above, "bad" (red) above the limit."""
        if self.limit is None or self.used <= 0.9 * self.limit:
            return ""
        return "wait" if self.used <= self.limit else "bad"

    @property
    def over(self) -> int:
        """How many too many; 0 when it fits."""
        return max(0, self.used - self.limit) if self.limit is not None else 0

    @property
    def text(self) -> str:
        """As the preview's head says it: "262 of 280"."""
        return f"{self.used:,}" if self.limit is None else f"{self.used:,} of {self.limit:,}"


@dataclass(frozen=True)
class Preview:
    """One platform's post with its count and problems. `rows`: all of it in words (shown.py)."""

    platform: str
    name: str
    post: Post
    count: Count
    problems: Sequence[Problem]
    notes: Sequence[str] = ()
    rows: Sequence[Row] = ()

    @property
    def is_markdown(self) -> bool:
        """Whether the platform draws the Markdown; `html` is then what it will look like."""
        return "markdown" in registry.get(self.platform).spec.supports

    @property
    def html(self) -> Markup:
        """The text as a page that takes Markdown shows it."""
        return render_markdown(self.post.text)

    @property
    def marked_text(self) -> Markup:
        """The plain text with its addresses, hash tags and mentions marked."""
        return mark_links(self.post.text)

    @property
    def errors(self) -> list[Problem]:
        return [p for p in self.problems if p.severity == "error"]


def limits(platform: str, configuration: Mapping[str, Any] | None = None) -> Limits:
    """The limits of an account, else the platform's."""
    return registry.get(platform).limits(configuration)


def count(post: Post, of: Limits) -> Count:
    """The fullest part decides: in a thread each part has the limit for itself."""
    return Count(max(of.used(t, post.options) for t in (post.text, *post.parts)), of.text, of.unit)


def preview(
    payload: Mapping[str, Any],
    platform: str,
    media: Facts | None = None,
    configuration: Mapping[str, Any] | None = None,
) -> Preview:
    """What the post will look like, how full it is, what is wrong."""
    connector = registry.get(platform)
    post, bounds = compose(payload, platform, media), connector.limits(configuration)
    found = [
        *connector.check(post, bounds),
        *_links(post),
        *_language(post),
    ]  # warnings but for the first: see `errors`
    rows, notes = platform_fields(payload, platform, media), [*_notes(payload, post), *bounds.caveats]
    return Preview(platform, connector.spec.name, post, count(post, bounds), found, notes, rows)


def errors(post: Post, platform: str, configuration: Mapping[str, Any] | None = None) -> list[str]:
    """Why a composed post cannot go out on an account: the errors of its preview, in the same words."""
    connector = registry.get(platform)
    found = connector.check(post, connector.limits(configuration))
    return [problem.message for problem in found if problem.severity == "error"]


def _notes(payload: Mapping[str, Any], post: Post) -> list[str]:
    """What happens to the post on the way that nobody has to mend."""
    uses = [m["sha256"] for m in payload.get("media") or []]
    return [
        f"Picture {at} goes out smaller here: {m.width} × {m.height}, {m.size / 1000:.0f} kB."
        for at, m in enumerate(post.media, 1)
        if m.sha256 not in uses
    ]


def _links(post: Post) -> list[Problem]:
    return [
        Problem("text", f"“{bad[:80]}” is no address a browser can open. Correct or remove it.", "warning")
        for bad in links.malformed_addresses(post.text)
    ]


def _language(post: Post) -> list[Problem]:
    likely = mismatch(post.text, post.language)
    words = f"The text is not written in the letters of “{post.language}”; it looks like “{likely}”. Choose its language under More."
    return [Problem("language", words, "warning")] if likely else []


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
    said = str(payload.get("language") or "")
    likely = mismatch(str(payload.get("body") or ""), said)
    return (
        [Check("wait", "Is the language right?", f"It says “{said}”, the letters look like “{likely}”")]
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
