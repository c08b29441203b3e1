"""The kernel against a real PostgreSQL and Valkey: what is kept, what is dropped, what rings."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core import locks, queue, settings, transactions
from app.core.db import db
from app.core.settings import SystemConfig
from app.lib.errors import Conflict

queue.JOBS.setdefault("test.nothing", queue._Registered(lambda: None, "default", 10))


def put(key: str) -> None:
    db.session.add(SystemConfig(key=key, value=1))


def put_and_ring(key: str) -> None:
    put(key)
    queue.enqueue("test.nothing", key)
    queue.enqueue("test.nothing", key)


def fail(key: str) -> None:
    put_and_ring(key)
    raise Conflict("no")


def keys() -> list[str]:
    return list(db.session.scalars(sa.select(SystemConfig.key)))


def waiting() -> int:
    return queue.worker_client().llen("rq:queue:default")


def test_a_step_is_kept_and_rings_once(app):
    transactions.transaction(put_and_ring, "a")
    assert (keys(), waiting()) == (["a"], 1)


def test_a_step_that_fails_leaves_nothing_and_rings_nothing(app):
    with pytest.raises(Conflict):
        transactions.transaction(fail, "a")
    assert (keys(), waiting()) == ([], 0)


def test_transactions_do_not_nest_and_nobody_calls_out_inside_one(app):
    assert transactions.outbound_allowed()
    assert transactions.transaction(transactions.outbound_allowed) is False
    with pytest.raises(RuntimeError, match="do not nest"):
        transactions.transaction(lambda: transactions.transaction(put, "a"))


def test_aside_is_kept_when_the_unit_is_dropped(app):
    with transactions.request_transaction() as held:
        put("dropped")
        db.session.flush()
        transactions.autonomous(put, "kept")
        held.commit = False
    assert keys() == ["kept"]


def test_a_lease_has_one_owner_until_it_expires(app, commit):
    assert commit(locks.lease, "clock", "a", 10)
    assert not commit(locks.lease, "clock", "b", 10)
    assert commit(locks.lease, "clock", "a", -1)
    assert commit(locks.lease, "clock", "b", 10)


def test_a_setting_has_its_type_and_its_limits(app, commit, monkeypatch):
    monkeypatch.setattr(settings, "SETTINGS", dict(settings.SETTINGS))  # what is declared here is of no other test
    settings.declare("test.retries", 3, int, "How often", minimum=0, maximum=9)
    assert settings.get("test.retries") == 3
    assert commit(settings.put, "test.retries", " 5 ") == (3, 5)
    assert settings.get("test.retries") == 5
    with pytest.raises(Exception, match="9 or less"):
        commit(settings.put, "test.retries", "10")


def test_reading_cannot_write(app):
    with pytest.raises(sa.exc.InternalError), transactions.read_only():
        put("a")
        db.session.flush()


def test_app_now_follows_the_test_offset(app):
    found = db.session.execute(
        sa.text("SELECT set_config('app.clock_offset', '1 hour', true), app_now() - clock_timestamp()")
    ).one()
    assert abs(db.session.scalar(sa.text("SELECT extract(epoch from app_now() - clock_timestamp())")) - 3600) < 1, found
