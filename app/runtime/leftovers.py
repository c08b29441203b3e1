"""What a supervisor that was killed left behind: found by the mark that the whole family carries in its environment.

All children ask the kernel to end with their parent, but what *they* forked (a job in its own process, say) may not hear of it.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from app.runtime.sessions import running

MARK = "PRESSROOM_SUPERVISED"


def marked(data: Path) -> list[int]:
    """Processes that belong to the desk of this data folder, ourselves excepted."""
    wanted = os.fsencode(f"{MARK}={data}")
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environ = (folder / "environ").read_bytes()
        except OSError:
            continue  # ended meanwhile, or somebody else's
        pid = int(folder.name)
        if wanted in environ.split(b"\0") and pid != os.getpid() and running(pid):
            found.append(pid)
    return found


def sweep(data: Path, patience: float = 1.0) -> int:
    """Ends them all; returns how many there were."""
    found = marked(data)
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 3.0)):
        deadline = time.monotonic() + seconds
        for pid in found:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        while any(running(pid) for pid in found) and time.monotonic() < deadline:
            time.sleep(0.02)
    return len(found)
