"""Processes that a killed supervisor left behind: found by the mark that its whole family carries in its environment.

All children ask the kernel to end with their parent, but what *they* forked (a job in its own process, say) may not hear of it.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from app.runtime.procfs import is_running

MARK = "PRESSROOM_SUPERVISED"


def find(data: Path) -> list[int]:
    """Processes that belong to the desk of this data folder, ourselves excepted."""
    wanted = os.fsencode(f"{MARK}={data}")
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environ = (folder / "environ").read_bytes()
        except OSError:
            continue  # ended meanwhile, or somebody else's
        pid = int(folder.name)
        if wanted in environ.split(b"\0") and pid != os.getpid() and is_running(pid):
            found.append(pid)
    return found


def terminate(data: Path, patience: float = 1.0) -> int:
    """Ends them all by SIGTERM, after `patience` seconds by SIGKILL. Out: how many there were."""
    found = find(data)
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 3.0)):
        deadline = time.monotonic() + seconds
        for pid in found:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        while any(is_running(pid) for pid in found) and time.monotonic() < deadline:
            time.sleep(0.02)
    return len(found)
