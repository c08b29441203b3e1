"""Word diff of two texts for people, in any script. Pure.

Lines are compared first and words only inside lines that changed: a page-long text stays quick. A word of Chinese, Japanese or
Thai has no spaces round it, so there every character stands for itself; an emoji with its skin tones and joiners is one word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import regex

TOKEN = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*"
    r"|[\p{L}\p{N}][\p{L}\p{M}\p{N}_]*(?:['’][\p{L}\p{M}\p{N}]+)*|\n|[^\S\n]+|\X"
)
LINES = 20_000_000  # pairs of lines that may be compared, so that no text keeps a page waiting
WORDS = 6_000_000  # pairs of words over all changed blocks; above it whole lines are shown as changed


class Part(NamedTuple):
    """A run of text and what became of it: "same", "del" or "ins"."""

    kind: str
    text: str


def tokens(text: str) -> list[str]:
    """Words, spaces, line ends and marks; joined again they are the text."""
    return list(TOKEN.findall(text))


def words(old: str, new: str) -> list[Part]:
    """What was taken out and put in, in reading order; deletions come before the insertions that replace them."""
    out: list[Part] = []
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    left = WORDS
    for tag, a, b, c, d in _lines(before, after):
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        if tag == "equal":
            out.append(Part("same", gone))
            continue
        one, two = tokens(gone), tokens(come)
        cost = len(one) * len(two)
        out += _inside(one, two) if cost <= left else [Part("del", gone), Part("ins", come)]
        left -= cost if cost <= left else 0
    return list(_joined(out))


def _lines(before: list[str], after: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """difflib's operations; for very many lines only what stands before and after the changes is taken as the same."""
    if len(before) * len(after) <= LINES:
        return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    tail = next((i for i in range(shorter - head) if before[-1 - i] != after[-1 - i]), shorter - head)
    a, c = len(before) - tail, len(after) - tail
    return [
        ("equal", 0, head, 0, head),
        ("replace", head, a, head, c),
        ("equal", a, len(before), c, len(after)),
    ]


def _inside(one: list[str], two: list[str]) -> list[Part]:
    out: list[Part] = []
    for tag, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag == "equal":
            out.append(Part("same", "".join(one[a:b])))
        else:
            out += [Part("del", "".join(one[a:b])), Part("ins", "".join(two[c:d]))]
    return _islands(out)


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


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Neighbours of one kind made one; between two same runs all deletions stand before all insertions."""
    gone = come = same = ""
    for kind, text in parts:
        if kind == "same":
            if text:
                yield from (p for p in (Part("del", gone), Part("ins", come)) if p.text)
                gone = come = ""
                same += text
            continue
        if same and text:
            yield Part("same", same)
            same = ""
        gone, come = gone + (text if kind == "del" else ""), come + (text if kind == "ins" else "")
    yield from (p for p in (Part("same", same), Part("del", gone), Part("ins", come)) if p.text)


def changes(parts: Sequence[Part]) -> int:
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
