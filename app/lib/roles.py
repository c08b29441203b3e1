"""The roles of the people of the desk, from the least to the most; each may do what those before it may."""

from __future__ import annotations

ROLES = ("viewer", "editor", "reviewer", "operator", "admin")
