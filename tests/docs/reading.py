"""What the documents say, as tables and blocks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.architecture.source import ROOT

TOP = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "THIRD_PARTY.md")
_BLOCK = re.compile(r"^```(?P<language>[\w-]*)[^\n]*\n(?P<text>.*?)^```$", re.M | re.S)


class Block(NamedTuple):
    """A fenced block: the document it stands in (from the root), its line, its language, its text."""

    where: str
    line: int
    language: str
    text: str


def documents() -> list[Path]:
    """Every document that people read: those at the top and all of docs/."""
    return [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks() -> list[Block]:
    """Every fenced block of every document."""
    return [block for path in documents() for block in blocks_of(path)]


def blocks_of(path: Path) -> list[Block]:
    """The fenced blocks of one document, in order."""
    text = path.read_text("utf-8")
    name = str(path.relative_to(ROOT))
    return [
        Block(name, text.count("\n", 0, found.start()) + 1, found["language"], found["text"])
        for found in _BLOCK.finditer(text)
    ]


def section(text: str, heading: str) -> str:
    """What stands under a heading of the second level, up to the next one."""
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def table(text: str) -> list[list[str]]:
    """The rows of the first table in a text, as cells, without head and rule."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("|"):
            lines.append(line)
        elif lines:
            break
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines[2:]]
