"""Pages of the room. Nothing links to Flask-Login but this package and the guard."""

from __future__ import annotations

from app.staff.views import confirm, links, me, second_factor, sign_in, staff  # noqa: F401  (add their routes)
from app.staff.views.blueprint import bp  # noqa: F401  (rooms.py registers it)
