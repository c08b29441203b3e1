"""A job's status out of its records'."""

from __future__ import annotations

import pytest

from app.publishing.models import JOB, RECORD
from app.publishing.rollup import job_status


@pytest.mark.parametrize(
    ("records", "job"),
    [
        ([], "pending"),
        (["pending", "pending"], "pending"),
        (["pending", "cancelled"], "pending"),
        (["pending", "publishing"], "running"),
        (["pending", "success"], "running"),
        (["retrying"], "running"),
        (["unknown", "failed"], "running"),
        (["confirming", "success"], "running"),
        (["success", "success"], "success"),
        (["success", "failed"], "partial"),
        (["success", "cancelled"], "partial"),
        (["failed", "failed"], "failed"),
        (["failed", "cancelled"], "failed"),
        (["cancelled", "cancelled"], "cancelled"),
    ],
)
def test_the_job_says_what_its_records_say(records, job):
    assert job_status(records) == job


def test_every_record_status_gives_a_job_status_that_exists():
    for one in RECORD.states:
        for other in RECORD.states:
            assert job_status([one, other]) in JOB.states
