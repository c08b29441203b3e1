"""Word diff of two texts for people, in any script. Pure.

Lines are compared first and words only inside lines that changed: a page-long text stays quick. A word of Chinese, Japanese or
Thai has no spaces round it, so there every character stands for itself; an emoji with its skin tones and joiners is one word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import regex

from app.content.myers import Budget, Run, common_runs

TOKEN = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*"
    r"|[\p{L}\p{N}][\p{L}\p{M}\p{N}_]*(?:['’][\p{L}\p{M}\p{N}]+)*|\n|[^\S\n]+"
    r"|[\U0001f1e6-\U0001f1ff]{1,2}[\p{M}\u200d]*"  # flags: \X would look back to the first of them at every step
    r"|\X"
)


class Part(NamedTuple):
    """A run of text and what became of it: "same", "del" or "ins"."""

    kind: str
    text: str


def tokens(text: str) -> list[str]:
    """Words, spaces, line ends and marks; joined again they are the text."""
    return list(TOKEN.findall(text))


def diff_words(old: str, new: str, budget: Budget | None = None) -> list[Part]:
    """What was taken out and put in, in reading order; deletions come before the insertions that replace them.

    Where the budget does not reach, whole lines are shown as changed.
    """
    budget = budget or Budget()
    out: list[Part] = []
    for tag, gone, come in _blocks(old.splitlines(keepends=True), new.splitlines(keepends=True), budget):
        out += [Part("same", gone)] if tag == "same" else _inside(gone, come, budget)
    return list(_join(out))


def _inside(gone: str, come: str, budget: Budget) -> list[Part]:
    """The words of lines that changed. A block has half of what is left at most, so that the blocks after it are read, too."""
    part = budget.half()
    found = list(_blocks(tokens(gone), tokens(come), part)) if gone and come else [("changed", gone, come)]
    budget.left -= budget.left // 2 - max(part.left, 0)
    out: list[Part] = []
    for tag, was, now in found:
        out += [Part("same", was)] if tag == "same" else [Part("del", was), Part("ins", now)]
    return _islands(out)


def _blocks(one: list[str], two: list[str], budget: Budget) -> Iterator[tuple[str, str, str]]:
    """ "same" or "changed" with the text before and after; all of it is one change when the budget does not reach."""
    a = b = 0
    for run in [*(common_runs(one, two, budget) or []), Run(len(one), len(two), 0)]:
        if run.a > a or run.b > b:
            yield "changed", "".join(one[a : run.a]), "".join(two[b : run.b])
        if run.length:
            yield "same", "".join(one[run.a : run.a + run.length]), ""
        a, b = run.a + run.length, run.b + run.length


def _islands(parts: Sequence[Part]) -> list[Part]:
    """A lone space between two changes reads better inside them: "eight weeks" → "six days", not word by word."""
    out: list[Part] = []
    for i, part in enumerate(parts):
        between = 0 < i < len(parts) - 1
        if part.kind == "same" and between and part.text.isspace() and "\n" not in part.text:
            out += [Part("del", part.text), Part("ins", part.text)]
        else:
            out.append(part)
    return out


def _join(parts: Sequence[Part]) -> Iterator[Part]:
    """Neighbours of one kind made one; between two same runs all deletions stand before all insertions."""
    for is_same, group in groupby((p for p in parts if p.text), key=lambda p: p.kind == "same"):
        near = list(group)
        for kind in ("same",) if is_same else ("del", "ins"):
            if text := "".join(p.text for p in near if p.kind == kind):
                yield Part(kind, text)


def count_changes(parts: Sequence[Part]) -> int:
    """How many places changed: a deletion and the insertion that replaces it are one."""
    return sum(1 for i, p in enumerate(parts) if p.kind != "same" and (i == 0 or parts[i - 1].kind == "same"))


def paragraphs(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts line by line, for a page; empty lines are left out."""
    out: list[list[Part]] = [[]]
    for kind, text in parts:
        for i, piece in enumerate(text.split("\n")):
            if i:
                out.append([])
            if piece:
                out[-1].append(Part(kind, piece))
    return [p for p in out if p]
