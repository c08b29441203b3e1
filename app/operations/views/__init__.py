"""Pages of operations."""

from __future__ import annotations

from app.operations.views import settings  # noqa: F401  (adds its routes)
from app.operations.views.blueprint import bp  # noqa: F401  (rooms.py registers it)
