"""The home page, and the counts of the side bar."""

from __future__ import annotations

from app.home.views import badges, home  # noqa: F401  (add their routes)
from app.home.views.blueprint import bp  # noqa: F401  (rooms.py registers it)
