"""A wire to PostgreSQL that can go dead: connections are accepted and kept, and not one byte passes."""

from __future__ import annotations

import socket
import threading
from pathlib import Path


class Wire:
    """A TCP port before the server's socket. `dead` while nothing passes."""

    def __init__(self, folder: Path) -> None:
        self.target = str(folder / ".s.PGSQL.5432")
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.door.getsockname()[1]
        self.open = threading.Event()
        self.open.set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def dead(self) -> bool:
        return not self.open.is_set()

    @dead.setter
    def dead(self, is_dead: bool) -> None:
        (self.open.clear if is_dead else self.open.set)()

    def close(self) -> None:
        self.open.set()
        self.door.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self.open.wait()
        far = socket.socket(socket.AF_UNIX)
        far.connect(self.target)
        threading.Thread(target=self._pass, args=(far, near), daemon=True).start()
        self._pass(near, far)

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.open.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            target.close()
