"""Two people edited one text: what each changed, in one text where they did not touch the same lines. Pure.

Written here because the one package that does this, merge3, is under the GPL, which would decide the licence of the whole project;
and its comparison (difflib) has no bound of time, where ours has one (`common_runs`).
"""

from __future__ import annotations

from typing import NamedTuple

from app.content.myers import Budget, common_runs


class MergeResult(NamedTuple):
    """The text, and how many places hold both versions one after the other because both changed the same lines."""

    text: str
    conflicts: int


def merge(base: str, mine: str, theirs: str) -> MergeResult:
    """Three-way merge by lines. Where both changed the same lines, theirs comes first and mine after it: nothing is lost."""
    if mine == theirs or theirs == base:
        return MergeResult(mine, 0)
    if mine == base:
        return MergeResult(theirs, 0)
    old, one, two = (t.split("\n") for t in (base, mine, theirs))
    out: list[str] = []
    conflicts, at, a, b = 0, 0, 0, 0
    for start, in_one, in_two, length in _anchors(old, one, two):
        mid, left, right = old[at:start], one[a:in_one], two[b:in_two]
        if left == right or right == mid:
            out += left
        elif left == mid:
            out += right
        else:
            out += right + left
            conflicts += 1
        out += old[start : start + length]
        at, a, b = start + length, in_one + length, in_two + length
    return MergeResult("\n".join(out), conflicts)


def _anchors(old: list[str], one: list[str], two: list[str]) -> list[tuple[int, int, int, int]]:
    """Runs of lines that stand unchanged in all three: (in old, in one, in two, length), ending with the sentinel.

    None but the sentinel when the texts differ too much to be compared: then they clash as a whole.
    """
    left, right = _places(old, one), _places(old, two)
    runs = [(i, left[i], right[i], 1) for i in range(len(old)) if i in left and i in right]
    return [*runs, (len(old), len(one), len(two), 0)]


def _places(old: list[str], new: list[str]) -> dict[int, int]:
    """Line of the old text → where it stands in the new one."""
    return {run.a + i: run.b + i for run in common_runs(old, new, Budget()) or [] for i in range(run.length)}
