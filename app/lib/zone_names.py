"""Names of time zones: which are offered, and which one a person means. Pure.

Source: the database of zones itself (package tzdata). `zone.tab` lists one name for each place that keeps a time of its own and
no old double (Asia/Kolkata, not Asia/Calcutta); `tzdata.zi` says what the doubles stand for now.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

NO_PLACE = frozenset({"localtime", "Factory", "posixrules"})
"""Names in the database of zones that mean the server's own zone, or none."""
LONGEST = 60


def is_zone(name: str) -> bool:
    """Whether it is the IANA name of a zone that a person may choose, old names among them."""
    return name not in NO_PLACE and name in available_timezones()


@lru_cache(maxsize=1)
def offered() -> tuple[str, ...]:
    """The zones to choose from, sorted, UTC first."""
    rows = (line.split("\t") for line in _lines("zone.tab") if not line.startswith("#"))
    return ("UTC", *sorted({row[2].strip() for row in rows if len(row) > 2} & available_timezones()))


def zone_named(text: str) -> str:
    """The zone that was typed: its name in any case, with spaces or underscores, or its city alone where only one zone is called
    so. Old doubles are names, too. What names none comes back as it is, cut."""
    typed = " ".join(text.split())[:LONGEST]
    return typed if is_zone(typed) else _by_words().get(_words(typed), typed)


def name_of_today(name: str) -> str:
    """The offered name for an old double, which some browsers still say; any other as it is."""
    return name if name in offered() else _successors().get(name, name)


@lru_cache(maxsize=1)
def _by_words() -> dict[str, str]:
    """Words in small letters → the zone: names that are offered, other names, then cities."""
    others = sorted(name for name in available_timezones() if is_zone(name))
    cities = Counter(_words(name.rpartition("/")[2]) for name in offered())
    found = {
        _words(name.rpartition("/")[2]): name for name in offered() if cities[_words(name.rpartition("/")[2])] == 1
    }
    return found | {_words(name): name for name in others} | {_words(name): name for name in offered()}


@lru_cache(maxsize=1)
def _successors() -> dict[str, str]:
    """Old double → the name that is offered for the same place."""
    links = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    return {row[2]: row[1] for row in links if len(row) == 3 and row[1] in offered()}


def _words(name: str) -> str:
    return name.replace("_", " ").casefold()


def _lines(name: str) -> list[str]:
    return (files("tzdata") / "zoneinfo" / name).read_text("utf-8").splitlines()
