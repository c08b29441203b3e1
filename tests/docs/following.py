"""A copy of the project in which what a document shows is done word by word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT

COPIED = ("app", "tests", "templates", "static", "migrations", "docs", "pyproject.toml", "Makefile", "wsgi.py")
_SKIPPED = shutil.ignore_patterns("__pycache__", "pictures", "faults", "browser", "peers", "fuzz")


def copy_into(folder: Path) -> Path:
    """The project without its longest tests and its environment; returns the folder."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_SKIPPED)
        else:
            shutil.copy(source, folder / name)
    return folder


def put(root: Path, path: str, text: str) -> None:
    """Write a new file. Raises FileExistsError where the document takes a name that is taken."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8") as file:
        file.write(text)


def change(root: Path, path: str, pattern: str, by: str) -> None:
    """Change one place of a file, as a reader would by hand. Raises AssertionError when it is not there once."""
    target = root / path
    text, count = re.subn(pattern, by, target.read_text("utf-8"), count=1, flags=re.M)
    assert count == 1, f"{path} has no place like {pattern}"
    target.write_text(text, "utf-8")


def run(root: Path, program: str, *given: str) -> str:
    """What a program of the environment says in the copy. Raises AssertionError with all of it when it fails."""
    done = asked(root, program, *given)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def asked(root: Path, program: str, *given: str) -> subprocess.CompletedProcess[str]:
    """The same, however it ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONPATH", "COV"))}
    return subprocess.run(
        [Path(sys.executable).parent / program, *given],
        cwd=root,
        env={**kept, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
