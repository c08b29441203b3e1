"""kill -9 of a worker at barriers: 0 doubles, 0 lost; with a key or a listing 0 unknown left, without a question each.

Doubles and losses are counted at the platform's side, for records proven in flight.
"""

from __future__ import annotations

import signal
import uuid

import pytest

from tests import publishing_desk as desk
from tests.faults.plant import Plant

INSIDE = ("before_connect", "committed", "answered")
OUTSIDE = ("request_read", "stored", "response_sent")
BARRIERS = (*INSIDE, *OUTSIDE)


HOSTS = 6
"""A dead worker's record counts for its host until it is swept (4 at once): the kills of one round are spread."""


def kill_at(plant: Plant, barrier: str, account: uuid.UUID, host: int) -> tuple[uuid.UUID, str]:
    """One record of the account, its worker killed at the barrier; fails when the barrier was not reached."""
    text = f"Killed at {barrier}, number {next(plant.numbers)}."
    (key,) = desk.scheduled(account, text=text)
    fake, pid = plant.fake(host), plant.start()
    if barrier in INSIDE:
        number = plant.arm(barrier)
        plant.ring()
        assert plant.hit(number) == (pid, key)
        plant.kill(pid)
        return key, text
    fake.barrier("stored" if barrier == "response_sent" else barrier, match=text)
    plant.ring()
    (hit,) = fake.wait(1, 15)
    assert desk.record(key).step == "commit"
    if barrier == "response_sent":  # it answers into the socket of a worker that cannot read any more
        plant.send(pid, signal.SIGSTOP)
        fake.release(hit["id"])
        plant.kill(pid)
    else:
        plant.kill(pid)
        fake.release(hit["id"])
    return key, text


def outcome(plant: Plant, killed: list[tuple[uuid.UUID, str]]) -> dict[str, int]:
    """What became of them once everything that happens by itself has happened."""
    posts = [post["text"] for fake in plant.fakes for post in fake.state()["posts"]]
    out = {"kills": len(killed), "doubles": 0, "lost": 0, "unknown": 0, "success": 0}
    for key, text in killed:
        row, copies = desk.record(key), posts.count(text)
        out["doubles"] += copies > 1
        out["unknown"] += row.status == "unknown"
        out["success"] += row.status == "success"
        out["lost"] += row.status not in ("success", "unknown") or (row.status == "success" and copies == 0)
    return out


@pytest.mark.parametrize("platform", ["bluesky", "mastodon", "webhook"])
def test_kills_at_every_barrier(plant, platform, long):
    """Short: 3 platforms x 6 barriers x 3 = 54 kills; long: x 12 = 216."""
    killed: dict[str, list[tuple[uuid.UUID, str]]] = {barrier: [] for barrier in BARRIERS}
    made = {(host, i): plant.account(platform, host) for host in range(HOSTS) for i in range(3)}
    plant.calibrate(*made.values())
    for _ in range(4 if long else 1):
        for at, barrier in enumerate(BARRIERS):
            killed[barrier] += [kill_at(plant, barrier, made[(at + i) % HOSTS, i], (at + i) % HOSTS) for i in range(3)]
        plant.start()
        plant.settle()
        plant.end_all()
    for barrier, pairs in killed.items():
        result = outcome(plant, pairs)
        print(f"{platform:9} {barrier:15} {result}")
        assert len(pairs) >= 3 and result["doubles"] == result["lost"] == 0
        if platform == "webhook" and barrier != "before_connect":  # nobody can look there: a question each
            assert result["unknown"] == len(pairs)
            assert all(desk.record(key).next_retry_at is None for key, _ in pairs)
        else:
            assert result["success"] == len(pairs)
