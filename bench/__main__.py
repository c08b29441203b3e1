"""`make bench`: runs every bench, or those named, and prints one table.

`python -m bench pages` is not among them: it fills a million records first, which takes ten minutes and 4 GB.
"""

from __future__ import annotations

import importlib
import sys

BENCHES = ("lists", "publishing", "memory", "bounds")


def main(names: list[str]) -> int:
    lines = [line for name in names or BENCHES for line in importlib.import_module(f"bench.{name}").run()]
    wide = [max(len(line[i]) for line in [("what", "figure", "goal"), *lines]) for i in range(3)]
    for line in [("what", "figure", "goal"), *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)))
    return 0


if __name__ == "__main__":  # a process that a bench starts reads this file too
    sys.exit(main(sys.argv[1:]))
