"""Marks on views that are not the rule. The rule: a GET is rolled back, a POST below 400 is committed, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def commits_on_get(view: View) -> View:
    """A GET whose work is committed (OAuth callback, tracked click)."""
    view.commits_on_get = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def no_transaction(view: View) -> View:
    """A view without a transaction of its own: it calls a room's `services`: transaction → call → transaction."""
    view.no_transaction = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def poll(view: View) -> View:
    """A poll: it does not touch the session, so it keeps nobody signed in."""
    view.poll = True  # type: ignore[attr-defined]  # a mark on a function
    return view
