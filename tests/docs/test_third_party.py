"""THIRD_PARTY.md lists what pyproject.toml asks for, with the licence that the package itself names, and every folder of static/vendor."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata

from tests.architecture.source import ROOT
from tests.docs.reading import section, table

TEXT = (ROOT / "THIRD_PARTY.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PARTS = {
    "Python packages that run": PROJECT["dependencies"],
    "Python packages for development": PROJECT["optional-dependencies"]["dev"],
}


def rows(heading: str) -> list[list[str]]:
    return table(section(TEXT, heading))


def test_every_direct_dependency_stands_there_once() -> None:
    for heading, asked in PARTS.items():
        names = [re.split(r"[\[<>=]", one)[0] for one in asked]
        assert sorted(row[0] for row in rows(heading)) == sorted(names)


def test_a_licence_is_the_one_that_the_package_names() -> None:
    """Where its metadata has an expression; the others were read in their licence files."""
    named = {row[0]: row[1] for heading in PARTS for row in rows(heading)}
    said = {name: metadata(name).get("License-Expression") for name in named}
    assert {name: one for name, one in said.items() if one and one != named[name]} == {}
    assert sum(1 for one in said.values() if one) > 25 and all(named.values())


def test_every_vendored_folder_is_listed_and_every_version_is_that_of_its_own_list() -> None:
    listed = rows("In the repository: `static/vendor/`")
    folders = {folder for row in listed for folder in re.findall(r"`static/vendor/([\w-]+)/`", row[3])}
    assert folders == {path.name for path in (ROOT / "static" / "vendor").iterdir() if path.is_dir()}
    own = (ROOT / "static" / "vendor" / "README.md").read_text("utf-8")
    missing = [row[0] for row in listed if f"| {row[0].split(' (')[0]} | {row[1]} | {row[2]}" not in own]
    assert missing == []
