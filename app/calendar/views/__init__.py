"""Pages of the calendar."""

from __future__ import annotations

from app.calendar.views import calendar  # noqa: F401  (adds its routes)
from app.calendar.views.blueprint import bp  # noqa: F401  (rooms.py registers it)
