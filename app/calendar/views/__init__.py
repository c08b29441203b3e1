"""Pages of the calendar."""

from __future__ import annotations

from app.calendar.views import calendar, move  # noqa: F401  (add their routes)
from app.calendar.views.blueprint import bp  # noqa: F401  (rooms.py registers it)
