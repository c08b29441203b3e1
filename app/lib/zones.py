"""Which names are time zones that a person may choose. Pure."""

from __future__ import annotations

from zoneinfo import available_timezones

NO_PLACE = frozenset({"localtime", "Factory", "posixrules"})
"""Names in the database of zones that mean the server's own zone, or none."""


def is_zone(name: str) -> bool:
    """Whether it is the IANA name of a zone."""
    return name not in NO_PLACE and name in available_timezones()
