"""SIGSTOP at a barrier until the second call has been answered, then SIGCONT; clocks that are wrong.

0 doubles for connections that the server closed. What remains, a server that keeps an unfinished request open for longer
than `absent_after`, is shown in the last test and written down in docs/decisions.
"""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from tests import publishing_desk as desk


def stopped_inside(plant, barrier, text):
    """A worker stopped at a barrier of ours with the record in its hands."""
    (key,) = desk.scheduled(plant.known(), text=text)
    pid, number = plant.start(), plant.arm(barrier)
    plant.ring()
    assert plant.hit(number) == (pid, key)
    plant.send(pid, signal.SIGSTOP)
    return key, pid, number


def second_call(plant, key):
    """Another worker brings the record to its end while the first one stands still."""
    other = plant.start()
    plant.settle()
    assert desk.record(key).status == "success"
    plant.kill(other)


@pytest.mark.parametrize("barrier", ["before_connect", "committed", "answered"])
def test_a_stopped_worker_that_goes_on_later_sends_nothing_twice(plant, barrier):
    fake, text = plant.fake(), f"Stopped at {barrier}."
    fake.settings(read_seconds=2)
    key, pid, number = stopped_inside(plant, barrier, text)
    second_call(plant, key)
    plant.until(
        lambda: not any(line.startswith("ESTAB") for line in waiting_connections(fake.port)),
        15,
        "the server to hang up",
    )
    before, row = len(desk.attempts(key)), desk.record(key)
    plant.go(number)
    plant.send(pid, signal.SIGCONT)
    if barrier != "before_connect":
        plant.until(lambda: all(a.outcome for a in desk.attempts(key)), 40, "the late answer")
    else:
        plant.until(lambda: plant.idle(), 10)
    assert len(fake.posts(text)) == 1
    after = desk.record(key)
    assert (after.status, after.platform_post_id, len(desk.attempts(key))) == ("success", row.platform_post_id, before)


def waiting_connections(port: int) -> list[str]:
    """Connections the fake has not closed yet (Linux's own list; state 01 is ESTABLISHED)."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return ["ESTAB" for row in rows if int(row[1].split(":")[1], 16) == port and row[3] == "01"]


@pytest.mark.parametrize("barrier", ["request_read", "stored"])
def test_stopped_while_the_platform_works_the_look_settles_it(plant, barrier):
    fake, text = plant.fake(), f"Stopped when {barrier}."
    (key,) = desk.scheduled(plant.account("mastodon"), text=text)
    pid = plant.start()
    fake.barrier(barrier, match=text)
    plant.ring()
    (hit,) = fake.wait(1, 15)
    plant.send(pid, signal.SIGSTOP)
    fake.release(hit["id"])
    plant.until(lambda: fake.posts(text), 5)
    second_call(plant, key)
    plant.send(pid, signal.SIGCONT)
    plant.until(lambda: all(a.outcome == "yes" for a in desk.attempts(key) if a.step == "commit"), 40, "the late 200")
    assert len(fake.posts(text)) == 1 and fake.state()["requests"]["create"] == 1
    assert desk.record(key).status == "success"


def test_a_late_200_after_the_sweep_settles_without_a_second_call(plant):
    """Nobody can look at a webhook; the evidence alone settles it."""
    fake, text = plant.fake(), "Late, but here."
    (key,) = desk.scheduled(plant.account("webhook"), text=text)
    pid = plant.start()
    fake.barrier("stored", match=text)
    plant.ring()
    (hit,) = fake.wait(1, 15)
    plant.send(pid, signal.SIGSTOP)
    plant.age(90)
    assert plant.sweep()["commit"] == 1 and desk.record(key).status == "unknown"
    fake.release(hit["id"])
    plant.send(pid, signal.SIGCONT)
    plant.until(lambda: desk.attempts(key)[0].outcome == "yes", 40, "the late 200")
    plant.ring()
    plant.until(lambda: desk.record(key).status == "success", 10)
    assert len(fake.posts(text)) == 1 and len(desk.attempts(key)) == 1


def test_what_remains_is_the_documented_case(plant):
    """A process paused between commit and first byte for longer than `absent_after`, on a connection that the server
    kept open all that time: the one way to a double that is left."""
    fake, text = plant.fake(), "Paused for a quarter of an hour."
    fake.settings(read_seconds=600)
    key, pid, number = stopped_inside(plant, "committed", text)
    second_call(plant, key)
    plant.go(number)
    plant.send(pid, signal.SIGCONT)
    plant.until(lambda: len(fake.posts(text)) == 2, 40, "the documented double")


def test_a_workers_wrong_clock_moves_nothing(plant):
    """Due by the database's clock, whatever the worker's own says."""
    text = "On the database's time."
    (now,) = desk.scheduled(plant.account("mastodon"), text=text)
    (later,) = desk.scheduled(plant.account("mastodon"), at=clock.now() + timedelta(minutes=30))
    plant.start("publish 3600")
    plant.start("publish -3600")
    plant.ring()
    plant.until(lambda: desk.record(now).status == "success", 15)
    row = desk.record(now)
    assert abs((row.published_at - datetime.now(UTC)).total_seconds()) < 60
    plant.ring()
    plant.until(plant.idle, 10)
    assert desk.record(later).status == "pending"


def everybody_reconnects(name):
    """Only new connections read the database's setting."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :n"
    desk.by_hand(others, n=name)
    db.engine.dispose()


def test_the_clock_moved_by_the_databases_setting(plant):
    """New connections see another time; nothing is sent twice, what has become due goes out."""
    first, later = "Before the clock moved.", "After the clock moved."
    (one,) = desk.scheduled(plant.account("mastodon"), text=first)
    (two,) = desk.scheduled(plant.account("mastodon"), text=later, at=clock.now() + timedelta(minutes=30))
    worker = plant.start()
    plant.ring()
    plant.until(lambda: desk.record(one).status == "success", 15)
    name = transaction(lambda: db.session.scalar(sa.select(sa.func.current_database())))
    try:
        desk.by_hand(f"ALTER DATABASE {name} SET app.clock_offset = '1 hour'")
        everybody_reconnects(name)
        plant.kill(worker)
        plant.start()
        plant.ring()
        plant.until(lambda: desk.record(two).status == "success", 20)
        assert len(plant.fake().posts(first)) == len(plant.fake().posts(later)) == 1
    finally:
        desk.by_hand(f"ALTER DATABASE {name} RESET app.clock_offset")
        everybody_reconnects(name)


@pytest.mark.parametrize(
    "moment", ["2027-03-28T01:30+01:00", "2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00", "2028-02-29T12:00+00:00"]
)
def test_gap_fold_and_leap_day_are_moments_like_others(plant, moment):
    """The zone is the job's intent; the record is due at one moment of the database's time."""
    at = datetime.fromisoformat(moment)
    (key,) = desk.scheduled(plant.account("webhook"), at=at, timezone="Europe/Berlin", text=moment)
    assert desk.record(key).due_at == at and desk.job(key).timezone == "Europe/Berlin"
    desk.work()
    assert desk.record(key).status == "pending"
    plant.age((at - datetime.now(UTC)).total_seconds() + 1)
    desk.work()
    assert desk.record(key).status == "success" and len(plant.fake().posts(moment)) == 1
