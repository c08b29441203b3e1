"""Known vulnerabilities in what the lock files name, asked of the public advisories (osv.dev) by `uv audit`.

In: the two lock files. Out: uv's report, and the status 0 (none is known, or nobody could be asked), 1 (some are known), 2 (the
question itself went wrong). Nothing is installed: uv locks a project that exists for a moment, whose dependencies are the lock
files' own lines, and asks about exactly those versions.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", ".ci/requirements-dev.lock")
SECONDS = 25  # for each of uv's two steps
PATIENCE = {
    "UV_HTTP_RETRIES": "1",
    "UV_HTTP_TIMEOUT": "10",
    "UV_PREVIEW_FEATURES": "audit-command",
}
_PINNED = re.compile(r"^[A-Za-z0-9][^\s=]*==[^\\\n]+", re.MULTILINE)
_AWAY = re.compile(r"error sending request|HTTP status server error|operation timed out")


def pinned(texts: Iterable[str]) -> list[str]:
    """The requirements of lock files, without their hashes, each once. Raises ValueError where a file pins nothing."""
    found: set[str] = set()
    for text in texts:
        lines = [line.strip() for line in _PINNED.findall(text)]
        if not lines:
            raise ValueError("a lock file that pins nothing cannot be audited")
        found.update(lines)
    return sorted(found)


def project(requirements: Iterable[str]) -> str:
    """A pyproject.toml with these dependencies; uv writes the markers in single quotes."""
    lines = "".join(f'  "{line}",\n' for line in requirements)
    return f'[project]\nname = "locked"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = [\n{lines}]\n'


def ask(requirements: Iterable[str], service: str | None) -> tuple[int, str]:
    """The status (see the module) and what uv says. `service`: the address of other advisories than osv.dev's."""
    with tempfile.TemporaryDirectory(prefix="pressroom-audit-") as folder:
        (Path(folder) / "pyproject.toml").write_text(project(requirements))
        status, told = run_uv(folder, "lock", "--quiet")
        if status:
            return 2, told
        return run_uv(folder, "audit", "--frozen", *(["--service-url", service] if service else []))


def run_uv(folder: str, *words: str) -> tuple[int, str]:
    """uv's status and all it says; 2 when it takes too long."""
    uv = str(Path(sys.executable).with_name("uv"))
    try:
        done = subprocess.run(
            [uv, *words], cwd=folder, env=os.environ | PATIENCE, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 2, "operation timed out"
    return done.returncode, done.stdout.strip()


def main() -> int:
    """The command; see the module."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--service", help="the address of the advisories, when not osv.dev's")
    words.add_argument("locks", nargs="*", type=Path, default=[ROOT / name for name in LOCKS])
    given = words.parse_args()
    status, told = ask(pinned(lock.read_text() for lock in given.locks), given.service)
    if status == 2 and _AWAY.search(told):
        print("not checked: no network (the package index or its advisories do not answer)")
        return 0
    print(told)
    return status


if __name__ == "__main__":
    sys.exit(main())
