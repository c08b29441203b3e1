"""What two sequences have in common, in their order, for a known cost. Pure.

Myers' greedy algorithm (E. W. Myers, An O(ND) Difference Algorithm and Its Variations, 1986): quick where little differs, and where
much does it needs ever more steps. So it is given a number of steps; what is not found by then is not found at all.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

STEPS = 400_000  # for all comparisons of one pair of versions: a fraction of a second, and some MB of paths


class Run(NamedTuple):
    """`length` neighbours that stand in both: from `a` in the one, from `b` in the other."""

    a: int
    b: int
    length: int


class Budget:
    """Steps that may still be taken."""

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def half(self) -> Budget:
        """For one of several parts, so that a hopeless one leaves something for those after it."""
        return Budget(self.left // 2)

    def spend(self, steps: int) -> bool:
        """Whether they were there to be taken."""
        self.left -= steps
        return self.left >= 0


def common_runs(one: Sequence[str], two: Sequence[str], budget: Budget) -> list[Run] | None:
    """The runs in their order; None when the budget ends before they are found. What begins and ends alike costs next to nothing."""
    shorter = min(len(one), len(two))
    head = next((i for i in range(shorter) if one[i] != two[i]), shorter)
    tail = next((i for i in range(shorter - head) if one[-1 - i] != two[-1 - i]), shorter - head)
    middle = _middle(one[head : len(one) - tail], two[head : len(two) - tail], budget)
    if middle is None:
        return None
    inner = [Run(a + head, b + head, length) for a, b, length in middle]
    ends = [Run(0, 0, head), *inner, Run(len(one) - tail, len(two) - tail, tail)]
    return [run for run in ends if run.length]


def _middle(one: Sequence[str], two: Sequence[str], budget: Budget) -> list[Run] | None:
    if not one or not two:
        return []
    names: dict[str, int] = {}  # numbers compare at once, however long the lines are
    left = [names.setdefault(word, len(names)) for word in one]
    right = [names.setdefault(word, len(names)) for word in two]
    trace = _trace(left, right, budget)
    return None if trace is None else list(reversed(list(_back(trace, len(left), len(right)))))


def _trace(one: list[int], two: list[int], budget: Budget) -> list[array[int]] | None:
    """For every number of differences d the furthest place on each diagonal −d … d, as it stood before that round."""
    size, other = len(one), len(two)
    furthest: array[int] = array("q")
    trace: list[array[int]] = []
    for d in range(size + other + 1):
        trace.append(furthest)
        now = array("q", bytes(8 * (2 * d + 3)))  # diagonals −d−1 … d+1
        for k in range(-d, d + 1, 2):
            x = _start(furthest, d, k)
            at = x
            while x < size and x - k < other and one[x] == two[x - k]:
                x += 1
            now[k + d + 1] = x
            if x >= size and x - k >= other:
                return [*trace, now]
            if not budget.spend(1 + x - at):
                return None
        furthest = now
    return None


def _start(before: array[int], d: int, k: int) -> int:
    """Where round d begins on diagonal k: one down from the diagonal above, or one to the right from the one below."""
    if d == 0:
        return 0
    return before[k + 1 + d] if _is_down(before, d, k) else before[k - 1 + d] + 1


def _is_down(before: array[int], d: int, k: int) -> bool:
    """Whether the further way to diagonal k comes from the one above it."""
    return k == -d or (k != d and before[k - 1 + d] < before[k + 1 + d])


def _back(trace: list[array[int]], x: int, y: int) -> Iterator[Run]:
    """The runs on the way back from the end to the beginning."""
    for d in range(len(trace) - 2, -1, -1):
        k = x - y
        start = _start(trace[d], d, k)
        if x > start:
            yield Run(start, start - k, x - start)
        if d:
            x, y = (start, start - k - 1) if _is_down(trace[d], d, k) else (start - 1, start - k)
