"""docs/architecture.md names the contracts and the floors that there are."""

from __future__ import annotations

import re
import tomllib

from app.rooms import ROOMS
from tests.architecture.source import ROOT
from tests.docs.reading import section, table

TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


def test_every_import_contract_is_explained_and_no_other() -> None:
    told = [row[0].strip("`") for row in table(section(TEXT, "Reading an import contract"))]
    assert told == [contract["id"] for contract in CONTRACTS]


def floors(lines: list[str]) -> list[set[str]]:
    """The names on each line that names a package of the app, from the top."""
    there = {path.stem for path in (ROOT / "app").iterdir()}
    found = [{name for name in re.findall(r"[a-z]+", line) if name in there} for line in lines]
    return [names for names in found if names]


def test_the_drawing_has_the_floors_of_the_contract_in_its_order() -> None:
    drawn = [line[:63] for line in section(TEXT, "The floors").split("```")[1].splitlines()]
    (contract,) = [one for one in CONTRACTS if one["id"] == "floors"]
    assert floors(drawn) == floors(contract["layers"])
    assert set(ROOMS) <= set().union(*floors(drawn))
