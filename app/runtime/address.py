"""The port of the desk: the one asked for or the next free one, and the lock that keeps one supervisor to a data folder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from app.runtime.process import StartFailed, private_folder

TRIES = 100


def listen(host: str, port: int) -> socket.socket:
    """A listening socket at `port` or the next free one above it. Kept by the supervisor, so a restart of the web refuses nobody."""
    for candidate in [port] if port == 0 else range(port, min(port + TRIES, 65536)):
        if host == "127.0.0.1" and candidate and _taken("::1", candidate):
            continue  # "localhost" would lead some browsers to that other program
        door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, candidate))
            door.listen(2048)
        except PermissionError:
            door.close()
            raise StartFailed(f"port {candidate} needs more rights than you have; set PORT to 1024 or more") from None
        except OSError as error:
            door.close()
            if isinstance(error, socket.gaierror) or error.errno == 99:
                raise StartFailed(f"{host} is not an address of this machine; correct PRESSROOM_BIND") from None
            continue
        return door
    raise StartFailed(f"no free port from {port} to {port + TRIES - 1}; set PORT to another one")


def _taken(host: str, port: int) -> bool:
    with contextlib.closing(socket.socket(socket.AF_INET6)) as probe, contextlib.suppress(OSError):
        probe.settimeout(0.2)
        return probe.connect_ex((host, port)) == 0
    return False


class Lock:
    """Held for the life of a supervisor; the kernel frees it when that is killed. The file says who holds it and where."""

    def __init__(self, data: Path) -> None:
        self.path = private_folder(data) / "supervisor.json"
        self.handle: int | None = None

    def take(self, patience: float = 2.0, longest: float = 15.0) -> None:
        """Waits for one that is on its way out. Errors: StartFailed with the address of the one that is not."""
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
                    raise StartFailed(
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
        return facts(self.path.parent)


def facts(data: Path) -> dict[str, Any]:
    """What the supervisor of this data folder wrote about itself; empty when there is none."""
    try:
        found = json.loads((data / "supervisor.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def supervised(data: Path) -> bool:
    """Does a supervisor hold the lock right now?"""
    try:
        handle = os.open(data / "supervisor.json", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
