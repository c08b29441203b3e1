"""A client's socket as gunicorn uses it."""

from __future__ import annotations

import errno
import socket
import time
from typing import IO, Any

from app.runtime.request_buffering import limits
from app.runtime.request_buffering.request import IncomingRequest


class ClientSocket:
    """A client's socket as gunicorn uses it: it gives what is here already and then says that this is all; no call waits for ever."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer: IO[bytes] | None = None
        self.deadline = self.sent = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)

    def attach(self, request: IncomingRequest) -> None:
        """From now on a thread reads this request and answers it."""
        request.buffer.seek(0)
        self.buffer, self.sent = request.buffer, 0.0

    def unread(self) -> bytes:
        """What is here already of the next request."""
        buffer, self.buffer = self.buffer, None
        if buffer is None:
            return b""
        with buffer:
            return buffer.read()

    def recv(self, size: int, *_flags: int) -> bytes:
        """Never from the socket: where gunicorn sees the end of a request later than the loop, it is told that the client has left."""
        if self.buffer is None:
            return b""
        if not (data := self.buffer.read(size)):
            self.buffer.close()
            self.buffer = None
        return data

    def sendall(self, data: bytes, *flags: int) -> None:
        if not self.sent:
            self.deadline = time.monotonic() + limits.ANSWER_SECONDS
        self.sent += len(data)
        self._within(self.deadline + self.sent / limits.RATE, self.sock.sendall, data, *flags)

    def _within(self, deadline: float, call: Any, *given: Any) -> Any:
        """Raises ConnectionResetError for who is too slow: gunicorn and werkzeug take it for a client that has left."""
        self.sock.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            return call(*given)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the client is too slow") from None

    def close(self) -> None:
        if self.buffer is not None:
            self.buffer.close()
            self.buffer = None
        self.sock.close()
