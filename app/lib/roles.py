"""The roles of the people of the desk, from the least to the most; each may do what those before it may."""

from __future__ import annotations

from typing import NamedTuple


class Role(NamedTuple):
    """`word`: what people call it. `may`: what it may do beyond the roles before it."""

    word: str
    may: str


TABLE: dict[str, Role] = {
    "viewer": Role("Viewer", "sees everything, changes nothing"),
    "editor": Role("Editor", "writes content and asks for review"),
    "reviewer": Role("Reviewer", "also approves what others wrote"),
    "operator": Role("Operator", "also schedules, publishes and connects accounts"),
    "admin": Role("Admin", "also looks after staff, settings and audit"),
}
ROLES = tuple(TABLE)


def has_role(role: str | None, least: str) -> bool:
    """Whether somebody of `role` may do what `least` may; nobody's role (None) may do nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(least)
