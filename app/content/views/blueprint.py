"""The blueprint, and room for long texts: a refused paste must come back on the page, not as an error page."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("content", __name__, url_prefix="/content")
MAX_FORM = 6 * 1024 * 1024
"""Bytes of the composer's form: all texts that may be saved (bounds.py) fit as percent signs, and a paste of a million letters."""
MAX_UPLOAD = 64 * 1024 * 1024
"""Bytes of the pictures that are sent with it at once, without JavaScript: four of 16 MB, the largest that a platform takes."""
