"""Pages of operations."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("operations", __name__)

from app.operations.views import badges, calendar, finding, home, notices, saved, settings  # noqa: E402, F401  (add their routes)
