"""Accounts on other platforms: list, connect, manage, disconnect."""

from __future__ import annotations

from app.accounts.views import connect, index, manage  # noqa: F401  (add their routes)
from app.accounts.views.blueprint import bp  # noqa: F401  (rooms.py registers it)
