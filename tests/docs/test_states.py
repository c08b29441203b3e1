"""docs/states.md tells every move of every flow, and no other; and every reason for a hold."""

from __future__ import annotations

import importlib
import re
from itertools import product

import pytest

from app import rooms
from app.core.flow import Flow
from app.publishing.models.hold import REASONS
from tests.architecture.source import ROOT
from tests.docs.reading import section, table

TEXT = (ROOT / "docs" / "states.md").read_text("utf-8")
FLOWS = re.findall(r"^`(\w+)` in `(app/[\w/]+\.py)`; begins as `(\w+)`", TEXT, re.M)


def told(heading: str) -> dict[tuple[str, str], str]:
    """(from, to) → who, under a heading. A move told twice keeps both."""
    found: dict[tuple[str, str], str] = {}
    for sources, targets, who, *_ in table(section(TEXT, heading)):
        for move in product(sources.split(", "), targets.split(", ")):
            found[move] = f"{found.get(move, '')} {who}".strip()
    return found


def flow_of(name: str, path: str) -> Flow:
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    return getattr(module, name)  # type: ignore[no-any-return]  # the caller asks whether it is one


def heading_of(name: str) -> str:
    (found,) = re.findall(rf"^## ([^\n]+)\n\n`{name}` in ", TEXT, re.M)
    return str(found)


@pytest.mark.parametrize(("name", "path", "initial"), FLOWS, ids=[name for name, *_ in FLOWS])
def test_the_table_of_a_flow_has_its_moves_and_no_other(name: str, path: str, initial: str) -> None:
    flow = flow_of(name, path)
    assert isinstance(flow, Flow)
    moves = {(source, target) for source, targets in flow.moves.items() for target in targets}
    written = told(heading_of(name))
    assert set(written) == moves
    assert all(written.values()), "each move says who makes it"
    assert initial == flow.initial


def test_every_flow_of_every_room_has_its_table() -> None:
    found = set()
    for room in rooms.ROOMS:
        models = rooms._part(room, "models")
        below = getattr(models, "__path__", None)
        parts = [path.stem for folder in below or () for path in sorted((ROOT / folder).glob("*.py"))]
        modules = [models, *(importlib.import_module(f"{models.__name__}.{part}") for part in parts if part[0] != "_")]
        found |= {name for one in modules for name, value in vars(one).items() if isinstance(value, Flow)}
    assert found == {name for name, *_ in FLOWS}
    assert len(found) > 5, "the flows are found at all"


def test_every_reason_for_a_hold_is_told_once() -> None:
    assert [row[0] for row in table(section(TEXT, "Holds").split("\n\n", 1)[1])] == list(REASONS)
