"""The database's clock jumps while real workers have calls in flight. Doubles are counted at the platform's side (D4)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core import clock_state
from app.core.db import db
from app.core.transactions import transaction
from app.delivery.sweeper import sweep_when_sure
from tests import publishing_desk as desk
from tests.faults.plant import alive


def move(minutes: float | None) -> None:
    """Move the clock of the whole database; connections there are end, as after any change of its settings."""
    name = transaction(lambda: db.session.scalar(sa.select(sa.func.current_database())))
    how = "RESET app.clock_offset" if minutes is None else f"SET app.clock_offset = '{minutes} minutes'"
    transaction(lambda: db.session.execute(sa.text(f'ALTER DATABASE "{name}" {how}')))
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :n"
    desk.by_hand(others, n=name)
    db.session.remove()
    db.engine.dispose()


@pytest.fixture
def moved():
    yield move
    move(None)


def in_flight(plant, count=6):
    """So many calls that the platforms have stored and not answered."""
    texts, keys = [], []
    for number in range(count):
        fake, text = plant.fake(number % 2), f"In flight, {next(plant.numbers)}."
        fake.barrier("stored", match=text)
        texts.append(text)
        keys += desk.scheduled(plant.account("mastodon", number % 2), text=text)
    plant.ring()
    hits = [(plant.fake(n), hit["id"]) for n in (0, 1) for hit in plant.fake(n).wait(count // 2, 30)]
    return keys, texts, hits


def copies(plant, texts):
    posts = [post["text"] for fake in plant.fakes for post in fake.state()["posts"]]
    return [posts.count(text) for text in texts]


@pytest.mark.parametrize("minutes", [20, -20])
def test_six_calls_in_flight_when_the_databases_clock_jumps(plant, moved, minutes):
    """The real clock process reads, finds the jump and sweeps nothing; the calls end and settle; 0 doubles, nobody killed. (D4)"""
    workers = [plant.start(), plant.start("clock")]
    reading = "SELECT count(*) FROM clock_state WHERE read_at IS NOT NULL"
    plant.until(lambda: desk.by_hand(reading)[0][0], 30, "the first reading")
    keys, texts, hits = in_flight(plant)
    moved(minutes)
    known = "SELECT count(*) FROM clock_state WHERE jumped_at IS NOT NULL AND told"
    plant.until(lambda: plant.idle_or_done() and desk.by_hand(known)[0][0], 40, "the jump to be found and told")
    assert [desk.record(key).status for key in keys] == ["publishing"] * 6
    for fake, hit in hits:
        fake.release(hit)
    plant.until(lambda: plant.statuses() == {"success": 6}, 40, "all to settle")
    assert copies(plant, texts) == [1] * 6 and all(alive(pid) for pid in workers)
    assert sum(fake.state()["requests"].get("create", 0) for fake in plant.fakes) == 6


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_worker_that_died_in_flight_is_swept_once_a_lease_has_passed_after_the_jump(
    plant, moved, monkeypatch, minutes
):
    """Nothing stays for ever: the sweep goes on, and what was stored is found, not sent again. (D4)"""
    ran, real = 0.0, clock_state.steady
    monkeypatch.setattr(clock_state, "steady", lambda: real() + ran)
    transaction(clock_state.record_reading)
    worker = plant.start()
    keys, texts, _ = in_flight(plant, 2)
    plant.kill(worker)
    for fake in plant.fakes[:2]:
        fake.release()
    moved(minutes)
    assert transaction(sweep_when_sure) == {}
    assert [desk.record(key).status for key in keys] == ["publishing"] * 2
    for passed in (25, 50, 75):
        ran = passed
        move(minutes + passed / 60)
        transaction(clock_state.record_reading)
    assert transaction(sweep_when_sure)["commit"] == 2
    plant.start()
    plant.settle()
    assert [desk.record(key).status for key in keys] == ["success"] * 2 and copies(plant, texts) == [1, 1]


def test_what_is_in_doubt_when_the_clock_jumps_is_not_sent_again_by_the_jump(plant, moved):
    """Not stored yet: the platform stores it minutes later. A worker that looks right after the jump must not resend. (D4)"""
    text = "Stored later than anybody thinks."
    (key,) = desk.scheduled(plant.account("mastodon"), text=text)
    fake, worker = plant.fake(), plant.start()
    fake.barrier("request_read", match=text)
    plant.ring()
    (hit,) = fake.wait(1, 15)
    plant.kill(worker)
    plant.age(70)
    plant.sweep()
    assert desk.record(key).status == "unknown"
    transaction(clock_state.record_reading)
    moved(20)
    plant.start()
    plant.ring()
    plant.until(lambda: any(a.step == "reconcile" for a in desk.attempts(key)), 30, "the look that the jump made due")
    plant.until(plant.idle, 15)
    row = desk.record(key)
    assert row.status == "unknown" and row.next_retry_at is not None and row.generation == 1
    fake.release(hit["id"])
    plant.settle()
    assert desk.record(key).status == "success" and copies(plant, [text]) == [1]
