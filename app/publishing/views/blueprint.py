"""The blueprint of the desk's publishing pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("publishing", __name__)
