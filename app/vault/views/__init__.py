"""Accounts on other platforms: list, connect, look after, disconnect."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("vault", __name__, url_prefix="/accounts")

from app.vault.views import care, connecting, looking  # noqa: E402, F401  (add their routes)
