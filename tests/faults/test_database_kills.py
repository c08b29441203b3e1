"""The database dies between every two statements of a delivery, not only while calls are in flight (D1).

One backend is killed (the server ends all others and recovers; what was not flushed is forgotten), or the server itself. Counted
at the platform's side: doubles 0, lost 0; in the desk: nothing left over, no alarm.
"""

from __future__ import annotations

import contextlib
import os
import signal
import uuid

import psycopg
import pytest

from tests import publishing_desk as desk
from tests.faults.plant import Plant

SENDING = (
    *("claimed", "before_prepare", "after_prepare", "before_connect", "before_commit", "committed", "answered"),
    *("before_settle", "after_settle"),
)
LOOKING = ("claimed", "before_prepare", "after_prepare", "before_settle_lookup", "after_settle_lookup")
REFRESHING = ("before_back_to_prepare", "after_back_to_prepare", "before_store_refresh", "after_store_refresh")
COHORT = ("claimed", "before_prepare", "after_prepare")
"""Moments that all records of one claim have together."""
AT_ONCE = 4
"""Records that stand at the failpoint when the database dies."""
EXPIRED = {"error": "ExpiredToken", "message": "Token has expired"}


def kill_backend(plant: Plant) -> None:
    """kill -9 of one of the workers' backends, as the kernel does it when memory is short."""
    with psycopg.connect(plant.settings.database_url.replace("+psycopg", "")) as link:
        query = """SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
          ORDER BY backend_start DESC LIMIT 1"""
        (pid,) = link.execute(query).fetchone() or (None,)
    assert pid, "no backend to kill"
    os.kill(pid, signal.SIGKILL)
    plant.until(lambda: not os.path.exists(f"/proc/{pid}"), 10, "the backend to die")


def kill_server(plant: Plant) -> None:
    plant.postgres.process.send(signal.SIGKILL)
    plant.until(lambda: not plant.postgres.is_alive(), 15, "the server to die")
    plant.postgres.start()


FAULTS = {"backend": kill_backend, "server": kill_server}


def struck(plant: Plant, numbers: list[int], fault: str) -> int:
    """Ring, wait until the records stand at the armed failpoints, strike, let them go on. Returns how many stood there."""
    plant.ring()
    for number in numbers:
        plant.hit(number, 30)
    hits = len(numbers)
    if hits == 1:
        ((hits,),) = desk.by_hand("SELECT count(*) FROM publish_records WHERE lease_owner IS NOT NULL")
    FAULTS[fault](plant)
    for number in numbers:
        plant.go(number)
    plant.until(plant.idle_or_done, 60, "the database to be back")
    with contextlib.suppress(AssertionError):  # a claim whose answer was lost is in nobody's hands: it is swept later
        plant.until(plant.idle, 3)
    return hits


def counted(plant: Plant, pairs: list[tuple[uuid.UUID, str]]) -> dict[str, int]:
    """What became of them: at the platforms, and in the desk."""
    posts = [post["text"] for fake in plant.fakes for post in fake.state()["posts"]]
    rows = [(desk.record(key), posts.count(text)) for key, text in pairs]
    return {
        "records": len(rows),
        "doubles": sum(copies > 1 for _, copies in rows),
        "lost": sum(copies == 0 for _, copies in rows),
        "open": sum(row.status != "success" for row, _ in rows),
        "alarms": sum(hold.reason == "invariant" for key, _ in pairs for hold in desk.holds(key)),
    }


def records(plant: Plant, platform: str) -> list[tuple[uuid.UUID, str]]:
    """Due records, each with an account and a host of its own."""
    texts = [f"While the database dies, {next(plant.numbers)}." for _ in range(AT_ONCE)]
    return [(desk.scheduled(plant.account(platform, at), text=text)[0], text) for at, text in enumerate(texts)]


def run(plant: Plant, platform: str, point: str, fault: str, rounds: int, before: str = "") -> None:
    hits, pairs, barriers = 0, [], 1 if point in COHORT else AT_ONCE
    plant.start()
    while hits < rounds * AT_ONCE:
        if before:  # the first answer to each record is an error, so that what is wanted comes next
            values = {"status": 400, "body": EXPIRED} if before == "answer" else {}
            for number in range(AT_ONCE):
                plant.fake(number).script(before, **values)
        if before.startswith("error"):
            made = records(plant, platform)
            plant.until(lambda: plant.statuses().get("unknown", 0) == AT_ONCE, 30, "the answers to be unclear")
            plant.until(plant.idle, 30)
            armed = [plant.arm(point) for _ in range(barriers)]
            plant.age(125)
        else:
            armed = [plant.arm(point) for _ in range(barriers)]
            made = records(plant, platform)
        hits += struck(plant, armed, fault)
        pairs += made
        plant.settle()
    found = counted(plant, pairs)
    print(f"{platform:9} {point:24} {fault:8} hits {hits} {found}")
    assert found == {"records": len(pairs), "doubles": 0, "lost": 0, "open": 0, "alarms": 0}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("point", SENDING)
def test_the_database_dies_while_a_record_is_sent(plant, point, fault, long):
    """Short: 9 failpoints x 2 ways x 4 hits; long: x 20."""
    run(plant, "webhook", point, fault, 5 if long else 1)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("point", LOOKING)
@pytest.mark.parametrize("answer", ["error_before", "error_after"])
@pytest.mark.long
def test_the_database_dies_while_a_record_is_looked_for(plant, point, fault, answer):
    """Stored or not: found, or sent again once."""
    run(plant, "bluesky", point, fault, 5, answer)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("point", REFRESHING)
@pytest.mark.long
def test_the_database_dies_while_a_sign_in_is_refreshed(plant, point, fault):
    run(plant, "bluesky", point, fault, 5, "answer")
