"""What a form gives beside a time is used or refused, never dropped."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.lib.local_time import WrongTime, moment

FOLD = "2027-10-31"


@pytest.mark.parametrize(
    ("on", "at", "found"),
    [
        ("2027-01-10", "16:00", datetime(2027, 1, 10, 15, tzinfo=UTC)),
        ("2027-01-10", "16:00:30", datetime(2027, 1, 10, 15, 0, 30, tzinfo=UTC)),
        ("2027-01-10", "16:00+01:00", datetime(2027, 1, 10, 15, tzinfo=UTC)),
        (FOLD, "02:30+02:00", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        (FOLD, "02:30+01:00", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_seconds_and_an_offset_that_fits_are_used(on: str, at: str, found: datetime) -> None:
    """An offset settles an hour that comes twice."""
    assert moment(on, at, "Europe/Berlin") == found


@pytest.mark.parametrize("at", ["16:00+05:30", "16:00Z", "16:00+02:00", "16:00-01:00"])
def test_an_offset_of_another_zone_is_refused(at: str) -> None:
    """Also the summer's in winter."""
    with pytest.raises(WrongTime, match="another time in Europe/Berlin"):
        moment("2027-01-10", at, "Europe/Berlin")
