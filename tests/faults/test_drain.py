"""The end of a drain: it takes work on while a call keeps it busy, and none after SIGTERM."""

from __future__ import annotations

import threading

import pytest

from app.core.transactions import transaction
from app.delivery import drain
from app.delivery.actions.claim import due_work
from tests import publishing_desk as desk


@pytest.fixture
def tail(plant, monkeypatch):
    """A drain past its twenty seconds, kept by a call that the platform has not answered: (stop, thread, go on, record)."""
    monkeypatch.setattr(drain, "TAKES_WORK_FOR", 0.0)
    fake, text, stop = plant.fake(), "Slow to be answered.", threading.Event()
    (slow,) = desk.scheduled(plant.account("mastodon"), text=text)
    fake.barrier("stored", match=text)

    def work():
        with plant.app.app_context():
            drain.drain(stop)

    # the loop asks the time first: one turn is let through by a drain that is already busy
    drain.pool().take([(claimed, None) for claimed in transaction(drain.claim, drain.pool().me, 1)])
    thread = threading.Thread(target=work)
    (hit,) = fake.wait(1, 15)
    thread.start()
    yield stop, thread, lambda: fake.release(hit["id"]), slow
    stop.set()
    fake.release(hit["id"])
    thread.join(15)


def test_what_becomes_due_goes_out_beside_a_slow_call(plant, tail):
    _, thread, go_on, slow = tail
    (quick,) = desk.scheduled(plant.account("webhook"), text="Due later than that.")
    plant.until(lambda: desk.record(quick).status == "success")
    assert desk.record(slow).status == "publishing"
    go_on()
    thread.join(15)
    assert not thread.is_alive() and desk.record(slow).status == "success"


def test_after_sigterm_the_call_under_way_is_the_last(plant, tail, monkeypatch):
    stop, thread, go_on, slow = tail
    ending, end = threading.Event(), drain._end
    monkeypatch.setattr(drain, "_end", lambda threads: (ending.set(), end(threads)))
    stop.set()
    assert ending.wait(5)
    (later,) = desk.scheduled(plant.account("webhook"), text="For the next worker.")
    go_on()
    thread.join(15)
    assert not thread.is_alive() and desk.record(slow).status == "success"
    assert desk.record(later).status == "pending" and transaction(due_work)[0] == 1
