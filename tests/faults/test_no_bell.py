"""The bell is away, full, frozen or only reads: due posts go out all the same, and no request waits for it (D17).

Nothing here measures a time: every post must be out while the bell is still in trouble.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

import pytest

from app.core import broker, queue
from app.core.transactions import transaction
from app.delivery import drain
from tests import publishing_desk as desk
from tests.faults.plant import alive
from tests.faults.test_own_servers import all_once, many


@contextlib.contextmanager
def refused(plant) -> Iterator[None]:
    plant.valkey.stop()
    try:
        yield
    finally:
        plant.valkey.start()


@contextlib.contextmanager
def frozen(plant) -> Iterator[None]:
    plant.valkey.process.send(signal.SIGSTOP)
    try:
        yield
    finally:
        plant.valkey.process.send(signal.SIGCONT)


@contextlib.contextmanager
def set_to(**values: str) -> Iterator[None]:
    """A setting of the server under which it takes connections and answers, and refuses what writes."""
    client = queue.worker_client()
    before = {name: client.config_get(name)[name] for name in values}
    for name, value in values.items():
        client.config_set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            client.config_set(name, value)


def writes_refused(_plant) -> contextlib.AbstractContextManager[None]:
    """As on a full disk: each command that writes is refused, BLPOP too."""
    return set_to(**{"min-replicas-to-write": "1"})


def memory_full(_plant) -> contextlib.AbstractContextManager[None]:
    return set_to(maxmemory="1")


@contextlib.contextmanager
def only_reads(_plant) -> Iterator[None]:
    """A replica, as after a failover to the wrong side."""
    queue.worker_client().replicaof("127.0.0.1", 9)
    try:
        yield
    finally:
        queue.worker_client().replicaof("NO", "ONE")


TROUBLES = [refused, frozen, writes_refused, memory_full, only_reads]


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("begins", ["before the workers", "under their hands"])
def test_due_posts_go_out_while_the_bell_is_in_trouble(plant, trouble, begins):
    """(D17) And the worker is the same process before and after: nothing under way was cut off by a restart."""
    if begins == "under their hands":
        pids = [plant.start("publish"), plant.start("clock")]
        first = many(plant, 4)
        all_once(plant, first)
    else:
        first = []
    with trouble(plant):
        if not first:
            pids = [plant.start("publish"), plant.start("clock")]
        pairs = first + many(plant, 12)
        all_once(plant, pairs, 60)
        assert all(alive(pid) for pid in pids)
    later = many(plant, 4)
    all_once(plant, pairs + later, 60)
    assert all(alive(pid) for pid in pids)


def test_without_a_clock_and_without_a_bell_the_worker_looks_by_itself(plant):
    plant.start("publish")
    with refused(plant):
        all_once(plant, many(plant, 4), 60)


def test_a_worker_without_a_bell_ends_in_order_when_it_is_told_to(plant):
    """(D17) Calls under way are given their time, and the signal is not lost while Redis is away."""
    plant.fake().settings(latency_ms=1500)
    pid = plant.start("publish")
    with refused(plant):
        pairs = many(plant, 2, accounts=1)
        plant.until(lambda: len(plant.fake().state()["creates"]) >= 1, 60, "a call under way")
        os.kill(pid, signal.SIGTERM)
        plant.until(lambda: not alive(pid), 15, "the worker to end")
        counts = plant.statuses()
        assert counts.get("unknown", 0) == counts.get("publishing", 0) == 0 and counts["success"] >= 1
    plant.fake().settings(latency_ms=0)
    plant.start("publish")
    all_once(plant, pairs, 60)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_was_done_is_kept_whatever_the_bell_says(plant, trouble):
    """(D17) A ring that fails never undoes or delays the action: the client of the bell gives it a second at most."""
    account = plant.account("mastodon")
    with trouble(plant):
        (key,) = desk.scheduled(account, text="Rung in vain.")
        transaction(queue.enqueue, "delivery.deliver", "in vain")
        assert desk.record(key).status == "pending"
        assert plant.app.extensions["broker"].get("quiet_until"), "the ring failed, and what was done is kept"
        if trouble in (refused, frozen):  # the others answer a PING, so the desk may find the bell back at any moment
            assert broker.is_away()
    options = queue.sending_client().connection_pool.connection_kwargs
    assert options["socket_timeout"] * 2 <= 1 and options["socket_connect_timeout"] * 2 <= 1


def test_two_drains_of_a_process_are_one(plant):
    """A bell that is heard while the worker looks by itself finds the threads taken: records are never claimed beyond them."""
    with plant.app.app_context():
        threads = drain.pool()
        with threads.turn:
            pairs = many(plant, 2)
            assert drain.drain() == 0
        assert drain.drain() == 2
        all_once(plant, pairs)


def test_a_look_is_not_put_behind_a_backlog_of_posts(plant):
    """(D16) Counted in posts, not in seconds: the first look is asked while most of the backlog still waits."""
    account = plant.account("mastodon", 1)
    (unclear,) = desk.scheduled(account, text="Answer lost.")
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', next_retry_at = app_now(), unknown_since = app_now() WHERE id = :id",
        id=unclear,
    )
    pairs = many(plant, 60, accounts=4)
    for fake in plant.fakes:
        fake.settings(latency_ms=200)
    plant.start("publish")
    plant.ring()
    plant.until(lambda: desk.record(unclear).lease_owner or desk.record(unclear).look_count, 60, "the look")
    assert plant.statuses().get("success", 0) < len(pairs) / 2
