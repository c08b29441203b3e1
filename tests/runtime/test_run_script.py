"""`./run` on machines that are not ready for it: what it says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.environment import ROOT

FAKE = """#!/bin/sh
# a Python {version} whose modules venv and ensurepip are in a package of their own, as on Debian
case "$*" in
  *ensurepip*) exit 1 ;;
  *version_info*"<"*) exit {old} ;;
  *version_info*) echo {version} ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "run", tmp_path)
    return tmp_path


def run(checkout: Path, version: str, old: int = 0) -> subprocess.CompletedProcess[str]:
    tools = checkout / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "cksum", "cat"):
        (tools / name).symlink_to(shutil.which(name) or name)
    python = tools / "python3"
    python.write_text(FAKE.format(version=version, old=old))
    python.chmod(0o755)
    return subprocess.run(["./run"], cwd=checkout, env={"PATH": str(tools)}, capture_output=True, text=True, timeout=30)


def test_without_ensurepip_it_names_the_package(checkout: Path) -> None:
    done = run(checkout, "3.12")
    assert done.returncode == 1
    assert "apt install python3.12-venv" in done.stderr


def test_an_old_python_is_named_as_the_reason(checkout: Path) -> None:
    done = run(checkout, "3.9", old=1)
    assert done.returncode == 1
    assert "3.11 or newer" in done.stderr


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", ".ci/requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text and "://" not in text and "--index" not in text


def test_the_locks_cover_what_the_project_asks_for() -> None:
    import re
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for name, wanted in (
        ("requirements.lock", project["dependencies"]),
        (".ci/requirements-dev.lock", project["dependencies"] + project["optional-dependencies"]["dev"]),
    ):
        locked = set(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==", (ROOT / name).read_text(), re.M))
        assert not {re.split(r"[\[>=<]", one)[0] for one in wanted} - locked, "run `make lock`"


def test_make_help_names_every_target() -> None:
    if shutil.which("make") is None:
        pytest.skip("no make here")
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, env=dict(os.environ), timeout=30
    ).stdout
    for target in ("run", "setup", "test", "check", "bench", "peers", "faults-long", "clean"):
        assert f"make {target} " in shown
