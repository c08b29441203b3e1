"""How a person likes the desk: time zone, density, theme, single-key shortcuts. Not part of the history of work."""

from __future__ import annotations

import uuid

from app.audit import actions as audit
from app.lib.errors import Invalid
from app.lib.zone_names import is_zone
from app.staff.models import User
from app.staff.person import DENSITIES, THEMES
from app.staff.queries.people import by_id

UNKNOWN = "Choose a time zone from the list."


def choose(user_id: uuid.UUID, timezone: str, density: str, theme: str, keys: bool) -> User:
    """Keep the choices. Raises Invalid for an unknown zone, density or theme."""
    allowed = {"density": dict(DENSITIES), "theme": dict(THEMES)}
    if not is_zone(timezone):
        raise Invalid({"timezone": UNKNOWN})
    for name, value in (("density", density), ("theme", theme)):
        if value not in allowed[name]:
            raise Invalid({name: "Choose one of the list."})
    return _store(
        by_id(user_id), {"timezone": timezone, "density": density, "theme": theme, "keys": "on" if keys else "off"}
    )


def choose_zone(user_id: uuid.UUID, timezone: str) -> User:
    """Keep the zone alone. Raises Invalid for an unknown one."""
    if not is_zone(timezone):
        raise Invalid({"timezone": UNKNOWN})
    return _store(by_id(user_id), {"timezone": timezone})


def _store(user: User, chosen: dict[str, str]) -> User:
    before = dict(user.preferences)
    changed = {name: [before.get(name), value] for name, value in chosen.items() if before.get(name) != value}
    if changed:
        user.preferences = {**before, **chosen}
        audit.record("staff.choose", user, changes=changed)
    return user
