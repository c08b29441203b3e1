"""Two people edited one text: what each changed, in one text where they did not touch the same lines. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple

LINES = 20_000_000  # pairs of lines that may be compared; above it the texts clash as a whole


class Merged(NamedTuple):
    """The text, and how many places hold both versions one after the other because both changed the same lines."""

    text: str
    clashes: int


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Three-way merge by lines. Where both changed the same lines, theirs comes first and mine after it: nothing is lost."""
    if mine == theirs or theirs == base:
        return Merged(mine, 0)
    if mine == base:
        return Merged(theirs, 0)
    old, one, two = (t.split("\n") for t in (base, mine, theirs))
    out: list[str] = []
    clashes, at, a, b = 0, 0, 0, 0
    for start, in_one, in_two, length in _anchors(old, one, two):
        mid, left, right = old[at:start], one[a:in_one], two[b:in_two]
        if left == right or right == mid:
            out += left
        elif left == mid:
            out += right
        else:
            out += right + left
            clashes += 1
        out += old[start : start + length]
        at, a, b = start + length, in_one + length, in_two + length
    return Merged("\n".join(out), clashes)


def _anchors(old: list[str], one: list[str], two: list[str]) -> list[tuple[int, int, int, int]]:
    """Runs of lines that stand unchanged in all three: (in old, in one, in two, length), ending with the sentinel."""
    if len(old) * max(len(one), len(two)) > LINES:
        return [(len(old), len(one), len(two), 0)]
    left = {
        m.a + i: m.b + i
        for m in SequenceMatcher(None, old, one, autojunk=False).get_matching_blocks()
        for i in range(m.size)
    }
    right = {
        m.a + i: m.b + i
        for m in SequenceMatcher(None, old, two, autojunk=False).get_matching_blocks()
        for i in range(m.size)
    }
    runs = [(i, left[i], right[i], 1) for i in range(len(old)) if i in left and i in right]
    return [*runs, (len(old), len(one), len(two), 0)]
