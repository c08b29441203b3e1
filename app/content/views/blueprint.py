"""The blueprint, and room for long texts: a refused paste must come back on the page, not as an error page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

bp = Blueprint("content", __name__, url_prefix="/content")
MAX_FORM = 24 * 1024 * 1024  # 1 MB of text is up to 9 MB as percent signs, and there may be several fields


@bp.url_value_preprocessor
def _room(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Runs before CSRF reads the form."""
    request.max_form_memory_size = MAX_FORM
