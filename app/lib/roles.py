"""The roles of the people of the desk, from the least to the most; each may do what those before it may."""

from __future__ import annotations

ROLES = ("viewer", "editor", "reviewer", "operator", "admin")


def has_role(role: str | None, least: str) -> bool:
    """Whether somebody of `role` may do what `least` may; nobody's role (None) may do nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(least)
