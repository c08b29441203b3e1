"""The badge of a job never contradicts those of its records."""

from __future__ import annotations

import pytest

from app.core.badges import BADGES
from app.publishing.pages.badges import MOVING, job_badge_key, poll_interval

KEYS = (
    "publishing",
    "confirming",
    "due",
    "unknown",
    "retrying",
    "scheduled",
    "needs_look",
    "held",
    "success",
    "failed",
    "cancelled",
)


@pytest.mark.parametrize(
    ("stored", "keys", "shown"),
    [
        ("running", ["needs_look"], "needs_look"),
        ("running", ["needs_look", "success"], "needs_look"),
        ("running", ["needs_look", "held"], "needs_look"),
        ("running", ["needs_look", "publishing"], "publishing"),
        ("running", ["needs_look", "scheduled"], "scheduled"),
        ("pending", ["held", "held"], "held"),
        ("running", ["held", "success"], "held"),
        ("pending", ["held", "scheduled"], "scheduled"),
        ("pending", ["due"], "due"),
        ("running", ["due", "publishing"], "publishing"),
        ("pending", ["scheduled", "cancelled"], "scheduled"),
        ("running", ["retrying", "failed"], "retrying"),
        ("partial", ["success", "failed"], "partial"),
        ("success", ["success"], "success"),
        ("pending", [], "pending"),
    ],
)
def test_a_job_is_called_what_its_records_are_called(stored, keys, shown):
    assert job_badge_key(stored, keys) == shown


@pytest.mark.parametrize("one", KEYS)
@pytest.mark.parametrize("other", KEYS)
def test_every_pair_has_a_badge_with_words_and_never_one_that_no_open_record_has(one, other):
    found = job_badge_key("running", [one, other])
    assert found in BADGES["record"] or found in BADGES["job"]
    assert found in (one, other) or not {one, other} - {"success", "failed", "cancelled"}


def test_a_page_asks_as_often_as_its_fastest_record_and_never_for_what_rests():
    assert poll_interval(["scheduled", "held", "needs_look", "success"]) is None
    assert poll_interval(["unknown", "due", "success"]) == MOVING["due"] == 3
