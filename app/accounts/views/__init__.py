"""Pages of the room. Nothing links to Flask-Login but this package and the guard."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from app.accounts.views import confirm, factor, links, me, sign_in, staff  # noqa: E402,F401  (they add their views to bp)
