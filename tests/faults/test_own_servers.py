"""Our own servers and processes break: dispatcher, Redis, PostgreSQL; two of everything. All is sent once, nothing is lost."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from rq import Queue
from rq.serializers import JSONSerializer

from app.accounts import actions as account_actions
from app.accounts.models import Account
from app.core import queue
from app.core.db import database_now, db
from app.core.transactions import transaction
from app.delivery.actions import after_restore
from app.lib import clock
from app.publishing import actions
from tests import publishing_desk as desk


def many(plant, count, accounts=4, at=None):
    """Records with texts of their own, over accounts on two hosts."""
    made = [plant.account("mastodon", number % 2) for number in range(accounts)]
    pairs = []
    for number in range(count):
        text = f"One of many, {next(plant.numbers)}."
        pairs.append((desk.scheduled(made[number % accounts], text=text, at=at)[0], text))
    return pairs


def all_once(plant, pairs, seconds=40):
    """Every record a success, every text at the platforms exactly once."""
    plant.until(lambda: plant.statuses() == {"success": len(pairs)}, seconds, "all to be sent")
    posts = [post["text"] for fake in plant.fakes for post in fake.state()["posts"]]
    assert sorted(posts) == sorted(text for _, text in pairs)


def lateness(pairs):
    """Seconds from due to live, worst first."""
    rows = [desk.record(key) for key, _ in pairs]
    return sorted(((row.published_at - row.due_at).total_seconds() for row in rows), reverse=True)


def test_two_dispatchers_two_sweepers_and_every_bell_three_times(plant):
    for kind in ("clock", "clock", "publish", "publish"):
        plant.start(kind)
    pairs = many(plant, 30)
    for _ in range(3):
        for key, _text in pairs:
            transaction(queue.enqueue, "delivery.deliver", str(key))
    all_once(plant, pairs)
    creates = sum(fake.state()["requests"].get("create", 0) for fake in plant.fakes)
    assert creates == len(pairs)


def test_the_dispatcher_is_killed_while_it_works(plant):
    plant.start()
    at = clock.now() + timedelta(seconds=2)
    pairs = many(plant, 20, at=at)
    for _ in range(5):
        ticker = plant.start("clock")
        time.sleep(0.5)
        plant.kill(ticker)
    plant.start("clock")
    all_once(plant, pairs)


def test_a_bell_that_was_lost_between_commit_and_ring(plant):
    """Committed, never rung: the dispatcher finds the record, the sweeper the reaction."""
    account = plant.account("mastodon")
    (held,) = desk.scheduled(account, at=clock.now() + timedelta(hours=1))
    pairs = many(plant, 3)
    transaction(lambda: account_actions.pause(db.session.get_one(Account, account)))
    assert queue.worker_client().flushall()
    assert desk.holds(account) == []
    plant.age(61)
    for kind in ("publish", "default", "clock"):
        plant.start(kind)
    plant.until(lambda: [h.reason for h in desk.holds(account)] == ["account_paused"], 30, "the reaction")
    open_ones = "SELECT count(*) FROM event_deliveries WHERE handled_at IS NULL"
    plant.until(lambda: transaction(lambda: db.session.scalar(sa.text(open_ones))) == 0, 15)
    plant.until(lambda: all(desk.record(key).status == "success" for key, _ in pairs), 20)
    assert desk.record(held).status == "pending"


def test_redis_emptied(plant):
    for kind in ("clock", "publish"):
        plant.start(kind)
    pairs = many(plant, 20)
    for _ in range(5):
        queue.worker_client().flushall()
        time.sleep(0.2)
    all_once(plant, pairs)


def test_redis_stopped(plant, long):
    """All sent once; late by no more than the outage and one sweep; no cap exceeded."""
    outage = 30 if long else 4
    for kind in ("clock", "publish"):
        plant.start(kind)
    plant.until(lambda: Queue("publish", connection=queue.worker_client(), serializer=JSONSerializer) is not None)
    capped = plant.account("webhook", configuration={"url": f"{plant.fake().url}/hook/capped", "max_per_day": 3})
    plant.valkey.stop()
    pairs = many(plant, 12)
    over = [desk.scheduled(capped, text=f"Capped {n}.")[0] for n in range(5)]
    time.sleep(outage)
    plant.valkey.start()
    plant.until(lambda: all(desk.record(key).status == "success" for key, _ in pairs), outage + 40)
    assert lateness(pairs)[0] < outage + 20
    plant.until(lambda: [desk.record(key).status for key in over].count("success") == 3, 30)
    time.sleep(1)
    assert [desk.record(key).status for key in over].count("success") == 3
    assert len([p for p in plant.fake().posts() if p["text"].startswith("Capped")]) == 3


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_postgresql_restarted_during_deliveries(plant, how):
    """Found again, not sent again: answers are kept until the database is back."""
    for kind in ("clock", "publish"):
        plant.start(kind)
    for fake in plant.fakes[:2]:
        fake.settings(latency_ms=700)
    pairs = many(plant, 16)
    plant.until(lambda: sum(len(fake.state()["creates"]) for fake in plant.fakes) >= 4, 20, "deliveries under way")
    plant.postgres.process.send(how)
    plant.until(lambda: not plant.postgres.is_alive(), 15, "the server to stop")
    plant.postgres.start()
    plant.until(plant.idle_or_done, 30)
    plant.start()
    plant.settle()
    all_once(plant, pairs, 60)


def test_sigterm_gives_calls_their_time(plant):
    """A worker asked to end claims nothing more and waits for the calls under way."""
    for fake in (plant.fake(0), plant.fake(1)):
        fake.settings(latency_ms=1500)
    pairs = many(plant, 12)
    pid = plant.start()
    plant.ring()
    plant.until(lambda: sum(len(fake.state()["creates"]) for fake in plant.fakes) >= 6, 20, "calls under way")
    os.kill(pid, signal.SIGTERM)
    plant.until(lambda: not os.path.exists(f"/proc/{pid}"), 12, "the worker to end")
    counts = plant.statuses()
    assert counts.get("publishing", 0) == counts.get("unknown", 0) == 0 and counts["success"] >= 6
    plant.start()
    plant.ring()
    all_once(plant, pairs)


def test_sigterm_does_not_wait_for_ever(plant):
    """After 8 s the worker ends; the record is looked up and found."""
    text = "Answered too late for the worker."
    (key,) = desk.scheduled(plant.account("mastodon"), text=text)
    plant.fake().script("slow", match=text, seconds=20)
    pid = plant.start()
    plant.ring()
    plant.until(lambda: plant.fake().posts(text), 15)
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    plant.until(lambda: not os.path.exists(f"/proc/{pid}"), 14, "the worker to end")
    assert 7 < time.monotonic() - began < 12
    plant.start()
    plant.settle()
    assert desk.record(key).status == "success" and len(plant.fake().posts(text)) == 1


def test_a_restored_backup_sends_nothing_that_is_out(plant):
    """The rows of a backup made before 20 posts went out, held "restored"; released, each is looked for first: 0 doubles."""
    pairs = many(plant, 20)
    keep = ("publish_jobs", "publish_records", "publish_attempts", "content_items")
    for table in keep:
        desk.by_hand(f"CREATE TABLE backup_{table} AS TABLE {table}")
    plant.start()
    plant.ring()
    all_once(plant, pairs)
    plant.end_all()
    transaction(actions.hold, "all", "", "emergency")
    columns = "status, step, attempt_count, published_at, platform_post_id, platform_url, client_key, lease_epoch, claimed_at, look_count"
    desk.by_hand(
        f"UPDATE publish_records r SET ({columns}) = (SELECT {columns} FROM backup_publish_records b WHERE b.id = r.id)"
    )
    desk.by_hand("DELETE FROM publish_attempts")
    for table in keep:
        desk.by_hand(f"DROP TABLE backup_{table}")
    assert transaction(_mark_restored) == len(pairs)
    transaction(actions.release, "all", "", "emergency")
    assert desk.work() == 0
    for key, _ in pairs:
        transaction(actions.release, "record", key, "restored")
    plant.start()
    plant.settle()
    all_once(plant, pairs)


def _mark_restored() -> int:
    """What a restore does with the rows that it has put back, by the script that it runs. How many records are open."""
    moment = database_now()
    db.session.connection().exec_driver_sql(after_restore.script(moment))
    return after_restore.settle(moment)["open"]
