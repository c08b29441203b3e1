"""Pages of search."""

from __future__ import annotations

from app.search.views import find, saved_views  # noqa: F401  (add their routes)
from app.search.views.blueprint import bp  # noqa: F401  (rooms.py registers it)
