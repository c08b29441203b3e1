"""What was sent against what is stored: every difference has a class, or it is unexplained."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Stored:
    """A post as read back. None = this server does not tell."""

    text: str
    alts: tuple[str, ...]
    sha256s: tuple[str, ...]
    language: str | None = None
    marks: tuple[str, ...] | None = None  # Bluesky: the marked pieces of the text, as "kind:piece"


@dataclass
class Outcome:
    """One post on one server."""

    target: str
    name: str
    classes: list[str] = field(default_factory=list)
    details: str = ""
    found: str = ""


# In this order, each applied to the sent text only when it is needed to come closer to the stored one.
REWRITES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("line ends made plain", lambda text: re.sub(r"\r\n?", "\n", text)),
    ("white space around taken off", str.strip),
    ("empty lines folded into one", lambda text: re.sub(r"\n{3,}", "\n\n", text)),
    ("mention shown without its server", lambda text: re.sub(r"(?<![\w.])@(\w+)@[\w.-]+\w", r"@\1", text)),
)


def text_classes(sent: str, stored: str) -> list[str]:
    """The rewrites that explain a text; [UNEXPLAINED] when they do not, [] when there is no difference."""
    if sent == stored:
        return []
    applied, text = [], sent
    for name, rewrite in REWRITES:
        changed = rewrite(text)
        if changed != text:
            applied, text = [*applied, name], changed
        if text == stored:
            return applied
    return [UNEXPLAINED]


def differences(sent: Stored, stored: Stored) -> list[str]:
    """All classes of one post."""
    found = text_classes(sent.text, stored.text)
    if sent.sha256s != stored.sha256s:
        found.append(UNEXPLAINED)
    for ours, theirs in zip(sent.alts, stored.alts, strict=False):
        if ours != theirs:
            found.append("white space around an alt text taken off" if ours.strip() == theirs else UNEXPLAINED)
    if len(sent.alts) != len(stored.alts):
        found.append(UNEXPLAINED)
    if stored.language is not None and sent.language != stored.language:
        found.append(UNEXPLAINED)
    if stored.marks is not None and sent.marks != stored.marks:
        found.append(UNEXPLAINED)
    return found
