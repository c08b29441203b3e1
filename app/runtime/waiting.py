"""A gunicorn worker whose threads never wait for a client: a request is handed to one when all of it is here.

Until then it waits in the worker's loop, where a thousand slow clients cost memory and no thread. Who is too slow is cut: a head within
HEAD_SECONDS, a body at RATE, an answer read at RATE. When connections run short, the one that has waited longest gives way.
Bodies beyond SPOOL lie in a temporary file; of bodies beyond LARGE there may be LARGE_TOTAL bytes at once.
Where a request ends is said by its Content-Length alone. One in chunks (Transfer-Encoding) is answered with 411: no browser sends any,
and nginx, which buffers requests, passes them on with a length. A thread reads nothing from a client: what is not here does not come.

In: `worker_class = "app.runtime.waiting.Worker"`. What it builds on: gunicorn's gthread (loop, threads, keep-alive).
"""

from __future__ import annotations

import errno
import os
import re
import selectors
import socket
import sys
import tempfile
import threading
import time
import traceback
from functools import partial
from typing import IO, Any

from gunicorn.workers import gthread

HEAD_SECONDS, BODY_SECONDS, ANSWER_SECONDS = 10.0, 20.0, 30.0
RATE = 32 * 1024
"""Bytes a second beyond the seconds above, for long bodies and answers."""
MAX_HEAD = 64 * 1024
SPOOL, LARGE, LARGE_TOTAL = 64 * 1024, 1024 * 1024, 512 * 1024 * 1024
LINGER = 2.0
STUCK = 120.0
"""Seconds after which a thread that still works on a request is given up: with its process, which gives back all it held."""
SPARE = 20
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
_LONGEST_LENGTH = 12  # digits
_CODED = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


def _refusal(status: str, more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{more}Connection: close\r\nContent-Length: 0\r\n\r\n".encode()


_TOO_MUCH = _refusal("503 Service Unavailable", "Retry-After: 10\r\n")
_HEAD_TOO_LONG = _refusal("431 Request Header Fields Too Large")
_NO_LENGTH = _refusal("411 Length Required")
_NO_TRUE_LENGTH = _refusal("400 Bad Request")


class Arriving:
    """A request on its way in."""

    def __init__(self) -> None:
        self.until = time.monotonic() + HEAD_SECONDS
        self.kept: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL)  # noqa: SIM115 — closed by whoever reads it
        self.head = b""
        self.size = 0
        self.whole: int | None = None
        self.refusal = b""

    def add(self, data: bytes) -> None:
        """What came. Where its head ends, how long all of it will be."""
        self.kept.write(data)
        self.size += len(data)
        if self.whole is None:
            seen = max(len(self.head) - 3, 0)
            self.head += data
            if (end := self.head.find(b"\r\n\r\n", seen)) >= 0:
                self._measure(end + 2)

    def _measure(self, end: int) -> None:
        """Of the head up to `end`. What it says of a length in other words, gunicorn refuses without a look at the body."""
        found = _LENGTH.search(self.head, 0, end)
        digits = found[1].lstrip(b"0") if found else b""
        if _CODED.search(self.head, 0, end):
            self.refusal = _NO_TRUE_LENGTH if found else _NO_LENGTH
        elif len(digits) > _LONGEST_LENGTH:
            self.refusal = _NO_TRUE_LENGTH
        body = 0 if self.refusal else int(digits or 0)
        self.whole = end + 2 + body
        self.until = time.monotonic() + BODY_SECONDS + body / RATE

    @property
    def is_whole(self) -> bool:
        return self.whole is not None and self.size >= self.whole

    @property
    def refused(self) -> bytes:
        """The answer to what the loop takes no further: among them a head without an end."""
        return _HEAD_TOO_LONG if self.whole is None and self.size >= MAX_HEAD else self.refusal

    @property
    def large(self) -> int:
        """Bytes that count towards LARGE_TOTAL."""
        return self.whole if self.whole and self.whole > LARGE else 0


class Line:
    """A client's socket as gunicorn uses it: it gives what is here already and then says that this is all; no call waits for ever."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.kept: IO[bytes] | None = None
        self.until = self.sent = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)

    def hold(self, arrived: Arriving) -> None:
        """From now on a thread reads this request and answers it."""
        arrived.kept.seek(0)
        self.kept, self.sent = arrived.kept, 0.0

    def rest(self) -> bytes:
        """What is here already of the next request."""
        kept, self.kept = self.kept, None
        if kept is None:
            return b""
        with kept:
            return kept.read()

    def recv(self, size: int, *_flags: int) -> bytes:
        """Never from the socket: where gunicorn sees the end of a request later than the loop, it is told that the client has left."""
        if self.kept is None:
            return b""
        if not (data := self.kept.read(size)):
            self.kept.close()
            self.kept = None
        return data

    def sendall(self, data: bytes, *flags: int) -> None:
        if not self.sent:
            self.until = time.monotonic() + ANSWER_SECONDS
        self.sent += len(data)
        self._within(self.until + self.sent / RATE, self.sock.sendall, data, *flags)

    def _within(self, until: float, call: Any, *given: Any) -> Any:
        """Raises ConnectionResetError for who is too slow: gunicorn and werkzeug take it for a client that has left."""
        self.sock.settimeout(max(until - time.monotonic(), 0.001))
        try:
            return call(*given)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the client is too slow") from None

    def close(self) -> None:
        if self.kept is not None:
            self.kept.close()
            self.kept = None
        self.sock.close()


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """gthread, but for when a connection is given to a thread and how it is closed."""

    alive: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[Any, Arriving] = {}  # the longest waiting first
        self.leaving: dict[Any, float] = {}
        self.working: dict[int, float] = {}  # thread → since when it works on a request

    def run(self) -> None:
        """The loop; a thread that never ends would keep the process from ending, too."""
        super().run()
        if self.working:
            self.log.warning("ending with %d requests unanswered", len(self.working))
            os._exit(0)

    def handle(self, conn: Any) -> Any:
        """One request, in a thread."""
        me = threading.get_ident()
        self.working[me] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            del self.working[me]

    def _is_stuck(self, now: float) -> bool:
        """Whether a thread has been at it for too long; what it does is written down."""
        for thread, since in list(self.working.items()):
            if now - since > STUCK and (frame := sys._current_frames().get(thread)):
                self.log.error("a request is stuck, this process ends:\n%s", "".join(traceback.format_stack(frame)))
                return True
        return False

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        conn = gthread.TConn(self.cfg, client, address, listener.getsockname())
        conn.sock = Line(client)
        self._await(conn)
        if self.nr_conns > self.worker_connections - SPARE and self.arriving:
            self._cut(next(iter(self.arriving)))

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """A kept-alive connection begins its next request."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await(conn)

    def _await(self, conn: Any) -> None:
        conn.sock.setblocking(False)
        self.arriving[conn] = Arriving()
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._arrived, conn))

    def _arrived(self, conn: Any, _client: Any) -> None:
        try:
            data = conn.sock.sock.recv(64 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._cut(conn)
            return
        self._take(conn, data)

    def _take(self, conn: Any, data: bytes) -> None:
        """What came of a request, from the socket or behind the request before: what becomes of it now."""
        request = self.arriving[conn]
        had_head = request.whole is not None
        request.add(data)
        if request.refused:
            self._refuse(conn, request.refused)
        elif request.is_whole:
            self._hand_over(conn)
        elif not had_head and request.whole is not None:
            self._begin_body(conn, request)

    def _begin_body(self, conn: Any, request: Arriving) -> None:
        if request.large and sum(one.large for one in self.arriving.values()) > LARGE_TOTAL:
            self._refuse(conn, _TOO_MUCH)
        elif _CONTINUE.search(request.head):
            self._tell(conn, b"HTTP/1.1 100 Continue\r\n\r\n")

    def _tell(self, conn: Any, words: bytes) -> None:
        try:
            conn.sock.sock.send(words)
        except OSError:
            pass

    def _refuse(self, conn: Any, words: bytes) -> None:
        self._tell(conn, words)
        self.arriving.pop(conn).kept.close()
        self.poller.unregister(conn.sock)
        self._leave(conn)

    def _hand_over(self, conn: Any) -> None:
        request = self.arriving.pop(conn)
        self.poller.unregister(conn.sock)
        conn.sock.hold(request)
        conn.data_ready = True
        self.enqueue_req(conn)

    def _cut(self, conn: Any) -> None:
        self.arriving.pop(conn).kept.close()
        self._forget(conn)

    def _forget(self, conn: Any) -> None:
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Called by gunicorn's loop once a second at least."""
        now = time.monotonic()
        for conn, request in list(self.arriving.items()):
            if now > request.until or not (self.alive or request.size):
                self._cut(conn)
        for conn, until in list(self.leaving.items()):
            if now > until:
                self._left(conn)
        super().murder_pending()
        if self.alive and self._is_stuck(now):
            self.alive = False

    def finish_request(self, conn: Any, fs: Any) -> None:
        """As gthread does, but the loop itself waits for nobody either: neither for the rest of a request that is here in part
        nor for a client to hang up."""
        keeps = not fs.cancelled() and fs.exception() is None and fs.result()
        if keeps and (ahead := conn.parser.unreader.take_buffered() + conn.sock.rest()):
            self._await(conn)
            self._take(conn, ahead)
        elif keeps:
            super().finish_request(conn, fs)
        else:
            self._leave(conn)

    def _leave(self, conn: Any) -> None:
        """Say that nothing more comes and give the client a moment to read it (RFC 9112, 9.6)."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._still_talks, conn))
        except (OSError, ValueError):
            self.nr_conns -= 1
            conn.close()
        else:
            self.leaving[conn] = time.monotonic() + LINGER

    def _still_talks(self, conn: Any, _client: Any) -> None:
        try:
            if conn.sock.sock.recv(64 * 1024):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._left(conn)

    def _left(self, conn: Any) -> None:
        del self.leaving[conn]
        self._forget(conn)

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """A body that nobody read is here already; one without a length is not waited for."""
        return bool(keepalive and conn.parser.finish_body(deadline=time.monotonic() + LINGER / 4))
