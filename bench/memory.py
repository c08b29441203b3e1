"""What `make run` holds when nobody is there: the proportional set size of all its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def run() -> list[tuple[str, str, str]]:
    """One row: the sum of PSS, a minute after the start of an empty desk."""
    with tempfile.TemporaryDirectory(prefix="pressroom-memory-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        env = {**os.environ, "PRESSROOM_DATA": folder, "PORT": "48200", "PYTHONPATH": os.getcwd()}
        desk = subprocess.Popen([sys.executable, "-m", "flask", "start"], env=env, stdout=subprocess.PIPE, text=True)
        assert desk.stdout is not None
        try:
            for line in desk.stdout:
                if "is ready" in line:
                    break
            time.sleep(60)
            sizes = dict(_sizes(desk.pid))
        finally:
            desk.send_signal(signal.SIGTERM)
            desk.wait(15)
    total = sum(sizes.values()) / 1024
    return [("make run, idle: memory of all processes (PSS)", f"{total:.0f} MB in {len(sizes)} processes", "≤ 700 MB")]


def _sizes(top: int) -> list[tuple[int, int]]:
    """(pid, PSS in KiB) of a process and all its descendants."""
    parents = dict(filter(None, map(_parent, Path("/proc").glob("[0-9]*"))))
    family = {top}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return [(pid, size) for pid in family if (size := _pss(pid))]


def _parent(process: Path) -> tuple[int, int] | None:
    try:
        return int(process.name), int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def _pss(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
