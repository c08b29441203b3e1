from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.web import times

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "said"),
    [
        (NOW + timedelta(hours=1), "Africa/Addis_Ababa", "Today 16:00"),
        (NOW + timedelta(hours=10), "Africa/Addis_Ababa", "Tomorrow 01:00"),
        (NOW - timedelta(hours=17), "UTC", "Yesterday 19:00"),
        (NOW + timedelta(days=2), "UTC", "Sun 22 Nov 12:00"),
        (NOW - timedelta(days=7), "UTC", "13 Nov 12:00"),
        (datetime(2025, 11, 13, 9, 5, tzinfo=UTC), "UTC", "13 Nov 2025 09:05"),
    ],
)
def test_a_moment_is_said_in_the_readers_zone(moment: datetime, zone: str, said: str) -> None:
    where = times.zone(zone)
    assert times.format_moment(moment, NOW.astimezone(where).date(), where) == said


def test_the_day_changes_with_the_zone_and_not_with_utc() -> None:
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert times.format_moment(late, NOW.date(), times.zone("UTC")) == "Yesterday 23:30"
    assert times.format_moment(late, NOW.date(), times.zone("Asia/Tokyo")) == "Today 08:30"


def test_an_old_or_wrong_zone_reads_as_utc() -> None:
    assert times.zone("Mars/Olympus").key == "UTC"
    assert times.zone(None).key == "UTC"
    assert times.zone("../../etc/passwd").key == "UTC"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0.4 s"),
        (3, "3 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (900, "15 min"),
        (7800, "2 h 10 min"),
        (259200, "3 days"),
        (-5, "0 s"),
    ],
)
def test_a_length_of_time_in_words(seconds: float, said: str) -> None:
    assert times.span(seconds) == said


def test_how_far_away_a_moment_is() -> None:
    assert times.until(NOW + timedelta(minutes=4, seconds=20), NOW) == "in 4 min"
    assert times.until(NOW - timedelta(hours=2), NOW) == "2 h ago"
    assert times.until(NOW + timedelta(seconds=2), NOW) == "now"


def test_the_zone_is_said_with_its_offset_of_that_day() -> None:
    berlin = times.zone("Europe/Berlin")
    assert times.format_offset(NOW, berlin) == "Europe/Berlin, UTC+1"
    assert times.format_offset(NOW + timedelta(days=200), berlin) == "Europe/Berlin, UTC+2"
    assert times.format_offset(NOW, times.zone("Asia/Kolkata")) == "Asia/Kolkata, UTC+5:30"
    assert times.format_offset(NOW, times.zone("UTC")) == "UTC"


def test_the_machine_time_is_exact_and_utc() -> None:
    assert times.iso(NOW.astimezone(times.zone("Asia/Tokyo"))) == "2026-11-20T12:00:00Z"


def test_zones_to_choose_from_say_their_offset_of_that_day() -> None:
    winter, summer = dict(times.zone_choices(NOW)), dict(times.zone_choices(NOW + timedelta(days=200)))
    assert (winter["Europe/Berlin"], summer["Europe/Berlin"]) == ("UTC+1", "UTC+2")
    assert winter["Africa/Addis Ababa"] == "UTC+3" and next(iter(winter)) == "UTC"


def test_a_zone_whose_clocks_change_is_told_from_one_whose_clocks_do_not() -> None:
    assert times.keeps_offset(times.zone("Asia/Kolkata"), 2026) and not times.keeps_offset(
        times.zone("Europe/Berlin"), 2026
    )


def test_a_day_is_said_in_words() -> None:
    assert times.format_day(date(2026, 11, 20), date(2026, 11, 20)) == "Today"


@pytest.mark.parametrize(
    ("text", "in_sentence"),
    [("Today 16:00", "today 16:00"), ("Yesterday", "yesterday"), ("Tue 24 Nov 17:00", "Tue 24 Nov 17:00"), ("", "")],
)
def test_a_day_in_the_middle_of_a_sentence_begins_small(text: str, in_sentence: str) -> None:
    assert times.format_in_text(text) == in_sentence
