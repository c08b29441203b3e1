"""Group commit: steps of one kind that meet in a process are made in one transaction, for all threads that wait for it.

A thread brings its case. Where nobody is at it, the thread makes the step for all cases that wait; else it waits for that
one to end. So a lone case is made at once. Under load, when many records are under way, a step waits a moment for more of its
kind (as PostgreSQL's commit_delay and commit_siblings do for the disk): a transaction costs the same for one as for eight.
Nobody waits long for others: where a group is slow, the next case goes alone; where it fails, or cannot have a lock within
PATIENCE (its action sees to that), each of its cases does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from app.core.transactions import transaction

C = TypeVar("C")
R = TypeVar("R")
SIBLINGS = 4
"""Records under way in this process from which on a step waits for more of its kind: until all of them have come to it."""
DELAY = 0.012
"""Seconds, at most."""
PATIENCE = 0.25
"""Seconds for which a case waits for others to end."""


_under_way = 0
_counting = threading.Lock()
_thread = threading.local()


def begin_deliveries(records: int) -> None:
    """So many records are about to be delivered, each by a thread that says `arrived`. Counted before the first of them has its
    thread: it would take itself for a lone one."""
    global _under_way
    with _counting:
        _under_way += records


def end_delivery() -> None:
    """The record of this thread is delivered, whichever steps it has come to."""
    global _under_way
    with _counting:
        _under_way -= 1
    been = _steps()
    while been:
        been.pop().leave()


def _steps() -> set[GroupCommit[Any, Any]]:
    """The steps that this thread's record has come to."""
    if not hasattr(_thread, "been"):
        _thread.been = set()
    return cast("set[GroupCommit[Any, Any]]", _thread.been)


class CannotGroup(Exception):
    """Raised by a group's action: these cases cannot be made together, nothing of them is kept."""


class _Waiting(Generic[C, R]):
    """A case, and what became of it. Its thread is woken once: when it is done, or when its turn has come to make a group."""

    def __init__(self, case: C) -> None:
        self.case = case
        self.result: R | type[CannotGroup] = CannotGroup
        self.error: Exception | None = None
        self.leads = False
        self.woken = threading.Lock()
        self.woken.acquire()


class GroupCommit(Generic[C, R]):
    """`together` makes the step for several cases, or for one that goes alone, and gives their results in order.

    `unclear`: whether an error leaves open if the group was kept, and a second try could do harm; then all of it get the error.
    """

    def __init__(
        self,
        together: Callable[[Sequence[C]], Sequence[R]],
        unclear: Callable[[Exception], bool] = lambda error: False,
    ) -> None:
        self.together, self.unclear = together, unclear
        self.lock = threading.Lock()
        self.enough = threading.Condition(self.lock)
        self.waiting: list[_Waiting[C, R]] = []
        self.came = 0
        self.busy = False

    def __call__(self, case: C) -> R:
        """The case's result, committed. Raises what the action raises."""
        mine: _Waiting[C, R] = _Waiting(case)
        if self._leads(mine):
            self._make(self._group(mine))
        if mine.error is not None:
            raise mine.error
        return transaction(self.together, [case])[0] if mine.result is CannotGroup else cast(R, mine.result)

    def _leads(self, mine: _Waiting[C, R]) -> bool:
        """Whether this thread makes a group; False once its case is made by another, or when it goes alone."""
        with self.lock:
            self._count()
            if not self.busy:
                self.busy = mine.leads = True
                return True
            self.waiting.append(mine)
            if self._all_came():
                self.enough.notify()
        if not mine.woken.acquire(timeout=PATIENCE):
            with self.lock:
                if mine in self.waiting:
                    self.waiting.remove(mine)
                    return False
            mine.woken.acquire()  # somebody is at it
        return mine.leads

    def _count(self) -> None:
        """A record comes to a step once, however often it takes it."""
        if self not in _steps():
            _steps().add(self)
            self.came += 1

    def _all_came(self) -> bool:
        """No record that is under way may still come here."""
        return self.came >= _under_way

    def leave(self) -> None:
        """A record that had come is no longer under way."""
        with self.lock:
            self.came -= 1

    def _group(self, mine: _Waiting[C, R]) -> list[_Waiting[C, R]]:
        """What is made now, after a moment for more where many are under way."""
        with self.lock:
            if _under_way >= SIBLINGS:
                self.enough.wait_for(self._all_came, timeout=DELAY)
            group = [mine, *self.waiting]
            self.waiting.clear()
        return group

    def _make(self, group: list[_Waiting[C, R]]) -> None:
        results: Sequence[R | type[CannotGroup]] = [CannotGroup] * len(group)
        error: Exception | None = None
        try:
            results = transaction(self.together, [waiting.case for waiting in group])
        except Exception as raised:
            error = raised if len(group) == 1 or self.unclear(raised) else None
        finally:
            self._hand_on()
            for waiting, result in zip(group, results, strict=True):
                waiting.error, waiting.result = error, result
                if not waiting.leads:
                    waiting.woken.release()

    def _hand_on(self) -> None:
        """The next in line makes the next group."""
        with self.lock:
            self.busy = bool(self.waiting)
            if self.waiting:
                following = self.waiting.pop(0)
                following.leads = True
                following.woken.release()
