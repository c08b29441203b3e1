"""Nothing silent: Home says by itself when a worker is silent, a periodic job is late, everything is held."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.heartbeats import WorkerHeartbeat, report
from app.core.periodic import ScheduleRun
from app.home.queries.alerts import alerts
from app.lib import clock
from app.publishing.actions import hold
from tests.factories import make_account, make_user

LATE_AFTER = {"audit.seal": 5, "accounts.check_due": 10, "never.ran": 1}


def look(commit: Any) -> Any:
    user = commit(make_user, "admin")
    return alerts(user.id, LATE_AFTER, clock.now(), (clock.now(), clock.now()), "UTC")


def age(model: Any, minutes: int, **columns: str) -> None:
    back = sa.text(f"app_now() - interval '{minutes} minutes'")
    db.session.execute(sa.update(model).values(dict.fromkeys(columns, back)))


def test_a_worker_that_reports_is_not_silent_and_an_old_report_is(commit: Any) -> None:
    assert look(commit).is_silent and look(commit).worker_seen is None
    commit(report, "publish")
    assert not look(commit).is_silent
    commit(age, WorkerHeartbeat, 4, seen_at="")
    assert look(commit).is_silent and look(commit).worker_seen is not None


def test_a_clock_or_another_queue_is_no_publishing_worker(commit: Any) -> None:
    commit(report, "clock")
    commit(report, "default")
    assert look(commit).worker_seen is None


def test_a_periodic_job_is_late_by_its_own_measure(commit: Any) -> None:
    def ran() -> None:
        for name in ("audit.seal", "accounts.check_due"):
            db.session.add(ScheduleRun(name=name, started_at=sa.func.app_now(), finished_at=sa.func.app_now()))

    commit(ran)
    assert look(commit).late == []
    commit(age, ScheduleRun, 7, started_at="", finished_at="")
    assert look(commit).late == ["audit.seal"]


def test_home_says_it(as_user: Any, commit: Any) -> None:
    browser = as_user("admin")
    commit(make_account)
    assert "No publishing worker has ever reported" in browser.get("/").get_data(as_text=True)
    commit(report, "publish")
    assert "No publishing worker" not in browser.get("/").get_data(as_text=True)
    commit(hold, "all", "", "emergency", "Wrong price everywhere")
    page = browser.get("/").get_data(as_text=True)
    assert (
        "Publishing is stopped for everything" in page
        and "Everything is on hold" in page
        and "Wrong price everywhere" in page
    )
