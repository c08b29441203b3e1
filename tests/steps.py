"""Steps instead of seconds: how many lines of Python a piece of work runs, the same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def steps(work: Callable[[], object]) -> int:
    """Lines of Python run by `work`. What C code does is not seen: see `Costly`."""
    count = 0

    def note(_frame: Any, event: str, _arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


class Costly(str):
    """A text that counts the characters C code walks over for it."""

    walked = 0

    def count(self, *words: Any) -> int:
        Costly.walked += len(self)
        return super().count(*words)

    def __getitem__(self, key: Any) -> str:
        found = super().__getitem__(key)
        Costly.walked += len(found)
        return Costly(found) if isinstance(key, slice) else found
