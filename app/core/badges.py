"""What states look like, declared by the rooms; `app.web.labels` reads it. Pure.

A `Flow` declares its own states. What is shown and not stored (due, on hold, ended) is declared beside it, or by `declare_badges`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Badge(NamedTuple):
    """A word with the colour (idle wait plan run ok bad) and the icon of the sprite that repeat its meaning. `own`: only this
    noun means the key so; without it, the key has one meaning in the whole repository."""

    word: str
    tone: str
    icon: str
    own: bool = False


SHARED: dict[str, Badge] = {}
"""Key → the badge that it has whatever it is said of."""
BADGES: dict[str, dict[str, Badge]] = {}
"""Noun → key → badge."""


def declare_badges(noun: str, badges: Mapping[str, Badge]) -> None:
    """Declare what states of `noun` look like. Raises ValueError when a key means something else already and is not `own`."""
    for key, badge in badges.items():
        if not badge.own and SHARED.setdefault(key, badge) != badge:
            raise ValueError(f"“{key}” is {SHARED[key].word!r} elsewhere; say own=True where only {noun} means it so")
    BADGES.setdefault(noun, {}).update(badges)
