"""The table of what the tests reach: a room below its gate fails, and so does one that is missing on either side."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / ".ci/rooms.py"


def measured(ran: int, taken: int) -> dict[str, Any]:
    """A file of 80 statements and 20 branches."""
    return {"summary": {"num_statements": 80, "covered_lines": ran, "num_branches": 20, "covered_branches": taken}}


FILES = {
    "app/worker.py": measured(80, 20),
    "app/content/merge.py": measured(79, 18),
    "app/content/views/edit.py": measured(78, 17),  # app/content: 96 of 100
    "app/accounts/rules.py": measured(70, 19),
}
GATES = {"app": 100, "app/content": 96, "app/accounts": 89}


class Desk:
    """A report and a table of gates, and the command over both."""

    def __init__(self, folder: Path) -> None:
        self.report, self.gates = folder / "report.json", folder / "gates.json"
        self.put(FILES)
        self.gates.write_text(json.dumps(GATES))

    def put(self, files: dict[str, Any], branches: bool = True) -> None:
        self.report.write_text(json.dumps({"meta": {"branch_coverage": branches}, "files": files}))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(SCRIPT), "--gates", str(self.gates), *words, str(self.report)]
        return subprocess.run(command, capture_output=True, text=True, timeout=30)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_rooms_that_reach_their_gates_pass_and_each_has_its_line(desk: Desk) -> None:
    done = desk.run()
    lines = [line.split() for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert ["app/content", "160", "40", "98.1", "87.5", "96.00", "96"] in lines
    assert ["all", "320", "80", "95.9", "92.5", "95.25"] in lines


def test_a_room_under_its_gate_fails_and_only_it_is_named(desk: Desk) -> None:
    desk.put(FILES | {"app/content/merge.py": measured(79, 17)})
    done = desk.run()
    assert done.returncode == 1
    assert done.stderr == "app/content reaches 95.50, its gate is 96\n"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {name: one for name, one in FILES.items() if "accounts" not in name},
            "app/accounts has a gate and was not measured",
        ),
        (FILES | {"app/site/views.py": measured(80, 20)}, "app/site has no gate"),
    ],
)
def test_a_room_that_is_missing_on_one_side_fails(desk: Desk, files: dict[str, Any], told: str) -> None:
    desk.put(files)
    done = desk.run()
    assert done.returncode == 1
    assert done.stderr.startswith(told)


def test_gates_made_anew_lie_just_below_what_is_reached_and_pass(desk: Desk) -> None:
    desk.put(
        {
            "app/staff/rules.py": measured(79, 18),
            "app/site/feeds.py": {"summary": measured(0, 0)["summary"] | {"covered_lines": 1}},
        }
    )
    assert desk.run("--write").returncode == 0
    assert json.loads(desk.gates.read_text()) == {"app/site": 0, "app/staff": 96}
    assert desk.run().returncode == 0


def test_a_report_without_branches_is_refused(desk: Desk) -> None:
    """Its figures would be higher than the gates mean."""
    desk.put(FILES, branches=False)
    assert desk.run().returncode != 0


def test_gates_are_not_made_of_nothing(desk: Desk) -> None:
    desk.report.unlink()
    done = desk.run("--write")
    assert (done.returncode, json.loads(desk.gates.read_text())) == (1, GATES)
