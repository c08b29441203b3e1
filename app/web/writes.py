"""Marks on views that are not the rule. The rule: a GET is rolled back, a POST below 400 is kept, both in one unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def writes(view: View) -> View:
    """A GET whose work is kept (OAuth callback, tracked click)."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def calls_out(view: View) -> View:
    """A view without a unit: it calls a room's `delivery`, which goes step → call → step."""
    view.calls_out = True  # type: ignore[attr-defined]
    return view


def background(view: View) -> View:
    """A poll: it does not touch the session, so it keeps nobody signed in."""
    view.background = True  # type: ignore[attr-defined]
    return view
