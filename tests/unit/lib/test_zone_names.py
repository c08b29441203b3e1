"""Which zones are offered, and which one a person means."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

import pytest

from app.lib.zone_names import LONGEST, is_zone, name_of_today, offered, zone_named


def test_each_place_is_offered_by_one_name() -> None:
    """The old doubles are left out; places that share their time with another keep a name of their own."""
    names = offered()
    assert names[0] == "UTC" and len(names) == len(set(names)) > 300
    assert {
        "Asia/Kolkata",
        "Africa/Addis_Ababa",
        "Europe/Kyiv",
        "Europe/Stockholm",
        "America/Argentina/Buenos_Aires",
    } <= set(names)
    assert not {"Asia/Calcutta", "Africa/Asmera", "Europe/Kiev", "US/Pacific", "America/Buenos_Aires"} & set(names)
    assert all(ZoneInfo(name) for name in names)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Europe/Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), (" Berlin ", "Europe/Berlin"),
        ("Africa/Addis Ababa", "Africa/Addis_Ababa"), ("addis ababa", "Africa/Addis_Ababa"), ("utc", "UTC"),
        ("Kolkata", "Asia/Kolkata"), ("Asia/Calcutta", "Asia/Calcutta"), ("asia/calcutta", "Asia/Calcutta"),
        ("Mars/Olympus", "Mars/Olympus"), ("", ""), ("localtime", "localtime"), ("../etc/passwd", "../etc/passwd"),
        ("x" * 500, "x" * LONGEST), ("Ber", "Ber"), ("\u0000", "\u0000"),
    ],
)  # fmt: skip
def test_a_zone_is_known_by_its_name_in_any_case_or_by_its_city(typed: str, meant: str) -> None:
    assert zone_named(typed) == meant


def test_every_zone_is_still_accepted_and_shown_without_underscores_it_comes_back_as_itself() -> None:
    for name in filter(is_zone, available_timezones()):
        assert zone_named(name) == name == zone_named(name.replace("_", " "))


def test_a_browser_that_says_an_old_name_means_the_one_of_today() -> None:
    assert name_of_today("Asia/Calcutta") == "Asia/Kolkata" and name_of_today("Europe/Kiev") == "Europe/Kyiv"
    assert name_of_today("Europe/Oslo") == "Europe/Oslo" and name_of_today("Mars/Base") == "Mars/Base"
