"""What the tests reach, room by room, and the gate of each room: no room may fall below what it has reached.

In: coverage.py's JSON report and the table of gates, `{"app/content": 97, …}`. A room is a folder of app/; `app` are the files
beside the folders. A figure is coverage.py's own, in percent: statements that ran and branches that were taken, of all of them;
a gate is the figure less half a point, for two runs differ a little, rounded down. Out: the table, and the status 1 when a room is below its gate, has none or is gone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GATES = Path(__file__).with_name("coverage.json")
WOBBLE = 0.5
"""Points by which two runs of the same code differ: who is quicker in a race."""
HOW = "make gates writes the table anew"


@dataclass(frozen=True, slots=True)
class Reached:
    """Statements and branches of a room, and how many of them the tests ran."""

    statements: int = 0
    ran: int = 0
    branches: int = 0
    taken: int = 0

    def __add__(self, other: Reached) -> Reached:
        return Reached(
            self.statements + other.statements,
            self.ran + other.ran,
            self.branches + other.branches,
            self.taken + other.taken,
        )

    @property
    def percent(self) -> float:
        return share(self.ran + self.taken, self.statements + self.branches)


def share(part: int, whole: int) -> float:
    """In percent; all of nothing is 100."""
    return 100 * part / whole if whole else 100.0


def rooms(report: Mapping[str, Any]) -> dict[str, Reached]:
    """Room → what was reached in it, of a JSON report. Raises ValueError where branches were not measured."""
    if not report["meta"]["branch_coverage"]:
        raise ValueError("the report knows no branches")
    found: dict[str, Reached] = defaultdict(Reached)
    for path, told in report["files"].items():
        one = told["summary"]
        found["/".join(path.split("/")[:-1][:2])] += Reached(
            one["num_statements"], one["covered_lines"], one["num_branches"], one["covered_branches"]
        )
    return dict(sorted(found.items()))


def wrong(found: Mapping[str, Reached], gates: Mapping[str, int]) -> list[str]:
    """A sentence for each room that does not pass."""
    told = [
        f"{room} reaches {found[room].percent:.2f}, its gate is {gate}"
        for room, gate in gates.items()
        if room in found and found[room].percent < gate
    ]
    told += [f"{room} has a gate and was not measured; {HOW}" for room in gates if room not in found]
    return told + [f"{room} has no gate; {HOW}" for room in found if room not in gates]


def table(found: Mapping[str, Reached], gates: Mapping[str, int]) -> str:
    """A line for each room: its size, its shares, its gate."""
    lines = [f"{'room':<18}{'statements':>11}{'branches':>10}{'ran %':>8}{'taken %':>9}{'reached':>9}{'gate':>6}"]
    for room, one in [*found.items(), ("all", sum(found.values(), Reached()))]:
        lines.append(
            f"{room:<18}{one.statements:>11}{one.branches:>10}{share(one.ran, one.statements):>8.1f}"
            f"{share(one.taken, one.branches):>9.1f}{one.percent:>9.2f}{gates.get(room, ''):>6}"
        )
    return "\n".join(lines)


def main() -> int:
    """The command; `--write` makes the table of gates anew from the report."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("report", type=Path)
    words.add_argument("--gates", type=Path, default=GATES)
    words.add_argument("--write", action="store_true", help="write the gates anew from the figures")
    given = words.parse_args()
    if not given.report.exists():
        print("Nothing is measured yet: run make coverage first.", file=sys.stderr)
        return 1
    found = rooms(json.loads(given.report.read_text()))
    if given.write:
        given.gates.write_text(
            json.dumps({room: int(max(one.percent - WOBBLE, 0)) for room, one in found.items()}, indent=2) + "\n"
        )
    gates: dict[str, int] = json.loads(given.gates.read_text())
    print(table(found, gates))
    below = wrong(found, gates)
    for line in below:
        print(line, file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
