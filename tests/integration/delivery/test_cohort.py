"""Group commit: what meets is made together, what fails is made alone, and nobody waits for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from app.delivery import cohort
from app.delivery.cohort import GroupCommit, begin_deliveries, end_delivery


class Groups:
    """An action that writes down its groups; the first one waits at the gate."""

    def __init__(self) -> None:
        self.made: list[list[Any]] = []
        self.entered, self.gate = threading.Event(), threading.Event()
        self.fail: Callable[[list[Any]], Exception | None] = lambda cases: None

    def __call__(self, cases: list[Any]) -> list[Any]:
        self.made.append(list(cases))
        if len(self.made) == 1:
            self.entered.set()
            self.gate.wait(30)
        if error := self.fail(cases):
            raise error
        return [f"{case}!" for case in cases]


@pytest.fixture
def groups() -> Groups:
    return Groups()


@pytest.fixture
def bring(app: Any) -> Any:
    """Bring a case from a thread of its own."""
    pools: list[ThreadPoolExecutor] = []

    def brought(group: GroupCommit[Any, Any], case: Any) -> Future[Any]:
        def thread() -> Any:
            with app.app_context():
                return group(case)

        pools.append(ThreadPoolExecutor(1))
        return pools[-1].submit(thread)

    yield brought
    for pool in pools:
        pool.shutdown()


def all_wait(group: GroupCommit[Any, Any], count: int) -> None:
    """So many cases stand in line."""
    until(lambda: len(group.waiting) == count)


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """Threads of a busy machine may come late; patience has a test of its own."""
    monkeypatch.setattr(cohort, "PATIENCE", 30)


def until(is_so):
    """Until it is so."""
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.001)  # asked again until it is so; nothing else wakes whoever looks from outside


def met(group, groups, bring, cases):
    """One case alone at the gate, then these, which all wait for it."""
    first = bring(group, "first")
    assert groups.entered.wait(30)
    brought = [bring(group, case) for case in cases]
    all_wait(group, len(cases))
    groups.gate.set()
    assert first.result(30) == "first!"
    return brought


def test_a_lone_case_is_made_at_once_and_those_that_come_meanwhile_together(groups, bring):
    found = [one.result(30) for one in met(GroupCommit(groups), groups, bring, ["a", "b", "c"])]
    assert found == ["a!", "b!", "c!"], "each thread gets its own result"
    assert [len(cases) for cases in groups.made] == [1, 3] and sorted(groups.made[1]) == ["a", "b", "c"]


def test_a_case_that_spoils_its_group_fails_alone(groups, bring):
    groups.fail = lambda cases: ValueError("spoilt") if "bad" in cases else None
    good, bad, other = met(GroupCommit(groups), groups, bring, ["good", "bad", "other"])
    assert (good.result(30), other.result(30)) == ("good!", "other!")
    with pytest.raises(ValueError, match="spoilt"):
        bad.result(30)
    assert sorted(map(len, groups.made[2:])) == [1, 1, 1], "each was tried once more, alone"


def test_where_nobody_knows_if_a_group_was_kept_none_of_it_is_made_again(groups, bring):
    groups.fail = lambda cases: ConnectionError("gone") if len(cases) > 1 else None
    group = GroupCommit(groups, unclear=lambda error: isinstance(error, ConnectionError))
    for one in met(group, groups, bring, ["a", "b"]):
        with pytest.raises(ConnectionError):
            one.result(30)
    assert len(groups.made) == 2


def test_a_group_that_is_slow_keeps_nobody_waiting(groups, bring, monkeypatch):
    monkeypatch.setattr(cohort, "PATIENCE", 0.05)
    group = GroupCommit(groups)
    slow = bring(group, "slow")
    assert groups.entered.wait(30)
    assert bring(group, "quick").result(30) == "quick!", "it went alone while the other still stood at its gate"
    assert not slow.done()
    groups.gate.set()
    assert slow.result(30) == "slow!"


@pytest.fixture
def under_way():
    """So many records are under way until the test ends."""
    counts = []

    def begin(count):
        counts.append(count)
        begin_deliveries(count)

    yield begin
    for _ in range(sum(counts)):
        end_delivery()


def test_under_load_a_step_waits_for_all_that_may_still_come(groups, bring, under_way, monkeypatch):
    monkeypatch.setattr(cohort, "DELAY", 30)
    groups.gate.set()
    group = GroupCommit(groups)
    under_way(4)
    brought = [bring(group, "a")]
    until(lambda: group.busy)
    brought += [bring(group, case) for case in ("b", "c")]
    all_wait(group, 2)
    assert not groups.made, "one of those under way is not there yet"
    brought.append(bring(group, "d"))
    assert [one.result(30) for one in brought] == ["a!", "b!", "c!", "d!"]
    assert [sorted(cases) for cases in groups.made] == [["a", "b", "c", "d"]]


def test_a_record_that_has_taken_a_step_is_not_waited_for_there(groups, bring, under_way, monkeypatch):
    groups.gate.set()
    group = GroupCommit(groups)
    under_way(4)
    monkeypatch.setattr(cohort, "DELAY", 0)
    for one in [bring(group, case) for case in ("a", "b", "c")]:
        one.result(30)
    monkeypatch.setattr(cohort, "DELAY", 30)
    assert bring(group, "last").result(5) == "last!", "the three others wait for an answer"
    assert sorted(case for cases in groups.made for case in cases) == ["a", "b", "c", "last"]


def test_a_record_that_is_delivered_and_the_next_one_of_its_thread_are_counted_once_each(groups, app, under_way):
    groups.gate.set()
    group = GroupCommit(groups)
    with app.app_context():
        for case in ("a", "b"):
            begin_deliveries(1)
            group(case), group(case)
            assert group.came == 1
            end_delivery()
            assert group.came == 0


def test_with_few_under_way_nothing_waits(groups, bring, under_way, monkeypatch):
    monkeypatch.setattr(cohort, "DELAY", 30)
    groups.gate.set()
    under_way(3)
    assert bring(GroupCommit(groups), "a").result(5) == "a!"
