"""The lock that keeps one supervisor to a data folder."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from app.runtime.process import StartError, private_folder


class LockFile:
    """Held for the life of a supervisor; the kernel frees it when that is killed. The file says who holds it and where."""

    def __init__(self, data: Path) -> None:
        self.path = private_folder(data) / "supervisor.json"
        self.handle: int | None = None

    def acquire(self, patience: float = 2.0, longest: float = 15.0) -> None:
        """Waits for one that is on its way out. Errors: StartError with the address of the one that is not."""
        self.handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        began = time.monotonic()
        while True:
            try:
                fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waited = time.monotonic() - began
                holder = self.read()
                if waited > (longest if holder.get("stopping") else patience):
                    at = holder.get("url", "an address it has not told yet")
                    raise StartError(
                        f"Pressroom already runs with this data folder: {at} (process {holder.get('pid', '?')}). "
                        "Stop it first, or set PRESSROOM_DATA and PORT for a second desk"
                    ) from None
                time.sleep(0.05)
                continue
            self.write(pid=os.getpid())
            return

    def write(self, **facts: Any) -> None:
        if self.handle is not None:
            os.ftruncate(self.handle, 0)
            os.pwrite(self.handle, json.dumps(facts).encode(), 0)

    def read(self) -> dict[str, Any]:
        """What the holder wrote about itself; empty when there is none, or nothing yet."""
        try:
            found = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
