"""Words for keys as they stand in the database: a status, an error type, a platform → word, colour class, icon.

Out: `Badge(word, tone, icon)`; `tone` is one of the six meanings of the design language (idle wait plan run ok bad), `icon` a
symbol of `static/icons.svg`. What a status looks like is declared with its flow, in its room. Errors: none; an unknown key
becomes a grey badge with its own words, so that a page never breaks on a new status.
"""

from __future__ import annotations

from typing import NamedTuple

from app.core.badges import BADGES, SHARED, Badge
from app.platforms import registry

NOT_KNOWN = Badge("Not known", "wait", "help-hexagon")

ERROR_TYPES: dict[str, Badge] = {
    "network_timeout": Badge("Network timeout", "wait", "wifi-off"),
    "rate_limit": Badge("Rate limit", "wait", "clock-exclamation"),
    "platform_error": Badge("Platform error", "wait", "alert-triangle"),
    "unknown": Badge("Not known", "wait", "help-hexagon"),
    "auth_failed": Badge("Sign-in failed", "bad", "plug-connected-x"),
    "content_rejected": Badge("Content rejected", "bad", "ban"),
    "invalid_parameters": Badge("Wrong input", "bad", "circle-x"),
}


class PlatformLabel(NamedTuple):
    """A platform's name and its mark: an icon of the sprite, or one character for those without one."""

    word: str
    icon: str


def status(key: str, noun: str = "") -> Badge:
    """The badge of a status; `noun` (job, request…) picks that noun's own word where it has one."""
    return BADGES.get(noun, {}).get(key) or SHARED.get(key) or Badge(plain(key), "idle", "circle-dashed")


def error_type(key: str | None) -> Badge:
    """The words for a class of error; an unlisted one is "Not known"."""
    return ERROR_TYPES.get(key or "unknown") or Badge(plain(key or ""), "wait", "help-hexagon")


def platform(slug: str) -> PlatformLabel:
    """Name and mark of a platform. One without a connector (any more) shows its slug, which rows may still name, and a globe."""
    if not registry.has(slug):
        return PlatformLabel(plain(slug), "world")
    spec = registry.get(slug).spec
    return PlatformLabel(spec.name, spec.icon)


def plain(key: str) -> str:
    """`changes_requested` → "Changes requested": the last resort for a key without a row."""
    return (key[:1].upper() + key[1:]).replace("_", " ").replace("-", " ")


def tables() -> list[Badge | PlatformLabel]:
    """Every label there is: what the tests hold against the icon sprite."""
    declared = [badge for badges in BADGES.values() for badge in badges.values()]
    return [*declared, *ERROR_TYPES.values(), *(platform(c.spec.slug) for c in registry.all()), NOT_KNOWN]
