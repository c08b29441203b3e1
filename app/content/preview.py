"""One platform's post before anybody saves or sends it: how it will look, how full it is, what is wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    """One platform's post with its count and problems. `rows`: all of it in words (version_view.py)."""

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
    return Count(max(of.length(t, post.options) for t in (post.text, *post.parts)), of.text, of.unit)


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
