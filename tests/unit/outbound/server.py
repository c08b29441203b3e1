"""A raw TCP server that plays a script: for what a proper HTTP library would never do."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from typing import Self

Play = Callable[[socket.socket], None]


def read_request(sock: socket.socket) -> bytes:
    """Head and body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = sock.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(status: str = "200 OK", body: bytes = b"{}", *lines: str, length: int | None = None) -> bytes:
    """A whole answer; `length` lies about the body."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Raw:
    """`with Raw(play) as server:` every connection is handed to `play`; requests are kept in `seen`."""

    def __init__(self, play: bytes | Play, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.seen: list[bytes] = []
        self.connections = 0
        self._play = play
        self._tls = tls
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
            with sock:
                if isinstance(self._play, bytes):
                    self.seen.append(read_request(sock))
                    sock.sendall(self._play)
                else:
                    self._play(sock)
        except OSError:
            pass
