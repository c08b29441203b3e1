"""What follows an action: the job gets the id of the thing, a lost bell is rung again, a failure is tried again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.audit import actions, jobs
from app.audit.actions import record
from app.audit.models import Event, EventDelivery
from app.core import notices, queue
from app.core.db import db


@pytest.fixture
def seen(monkeypatch, app):
    ran = []
    monkeypatch.setattr(notices, "KINDS", {})
    monkeypatch.setitem(queue.REACTIONS, "accounts.left_active", ("test.hold",))
    monkeypatch.setitem(queue.JOBS, "test.hold", queue._Registered(lambda key: ran.append(key), "default", 10))
    return ran


def delivery():
    db.session.expire_all()
    return db.session.scalars(sa.select(EventDelivery)).one()


def test_the_job_gets_the_id_of_the_thing(commit, seen):
    commit(record, "accounts.left_active", ("platform_credentials", "41"))
    (event,) = db.session.scalars(sa.select(Event)).all()
    assert event.event_type == "accounts.left_active" and event.payload["entity_id"] == "41"
    jobs.deliver_event(str(event.id), "test.hold")
    assert seen == ["41"] and delivery().handled_at is not None
    jobs.deliver_event(str(event.id), "test.hold")
    assert seen == ["41"]


def test_an_action_that_nothing_follows_makes_no_event(commit, seen):
    commit(record, "content.create", ("content_items", "1"))
    assert db.session.scalars(sa.select(Event)).all() == []


def test_a_lost_bell_is_rung_again(commit, seen):
    commit(record, "accounts.left_active", ("platform_credentials", "41"))
    queue.worker_client().flushdb()
    assert commit(actions.redeliver) == 1
    assert commit(actions.redeliver) == 0  # rung just now
    assert queue.worker_client().llen("rq:queue:default") == 1


def test_a_failure_is_tried_again_later(commit, seen, monkeypatch):
    def broken(key):
        raise RuntimeError("no")

    monkeypatch.setitem(queue.JOBS, "test.hold", queue._Registered(broken, "default", 10))
    commit(record, "accounts.left_active", ("platform_credentials", "41"))
    with pytest.raises(RuntimeError):
        jobs.deliver_event(str(delivery().event_id), "test.hold")
    assert delivery().handled_at is None and delivery().tries == 1 and "RuntimeError" in delivery().last_error
    assert commit(actions.redeliver) == 0


def test_nothing_is_followed_when_the_work_is_lost(commit, seen):
    def act():
        record("accounts.left_active", ("platform_credentials", "41"))
        raise ValueError

    with pytest.raises(ValueError):
        commit(act)
    assert queue.worker_client().llen("rq:queue:default") == 0 and seen == []


@pytest.mark.parametrize("name", ["audit.seal", "audit.partitions", "audit.redeliver", "staff.forget_old"])
def test_the_clock_knows_it_and_it_runs(app, name):
    from app.schedule import SCHEDULE

    assert name in {tick.job for tick in SCHEDULE}
    queue.perform(name)
    queue.perform(name)
