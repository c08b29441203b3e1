"""gunicorn's worker of threads (gthread), whose threads never wait for a client."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import sys
import threading
import time
import traceback
from functools import partial
from typing import Any

from gunicorn.workers import gthread

from app.runtime.request_buffering import limits
from app.runtime.request_buffering.client_socket import ClientSocket
from app.runtime.request_buffering.request import TOO_MUCH, IncomingRequest


class BufferingWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """gthread, but for when a connection is given to a thread and how it is closed."""

    alive: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incoming: dict[Any, IncomingRequest] = {}  # the longest waiting first
        self.closing: dict[Any, float] = {}
        self.in_progress: dict[int, float] = {}  # thread → since when it works on a request

    def run(self) -> None:
        """The loop; a thread that never ends would keep the process from ending, too."""
        super().run()
        if self.in_progress:
            self.log.warning("ending with %d requests unanswered", len(self.in_progress))
            os._exit(0)

    def handle(self, conn: Any) -> Any:
        """One request, in a thread."""
        me = threading.get_ident()
        self.in_progress[me] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            del self.in_progress[me]

    def _is_stuck(self, now: float) -> bool:
        """Whether a thread has been at it for too long; what it does is written down."""
        for thread, since in list(self.in_progress.items()):
            if now - since > limits.STUCK and (frame := sys._current_frames().get(thread)):
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
        conn.sock = ClientSocket(client)
        self._receive(conn)
        if self.nr_conns > self.worker_connections - limits.SPARE and self.incoming:
            self._drop(next(iter(self.incoming)))

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """A kept-alive connection begins its next request."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._receive(conn)

    def _receive(self, conn: Any) -> None:
        conn.sock.setblocking(False)
        self.incoming[conn] = IncomingRequest()
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_data, conn))

    def _on_data(self, conn: Any, _client: Any) -> None:
        try:
            data = conn.sock.sock.recv(64 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(conn)
            return
        self._add(conn, data)

    def _add(self, conn: Any, data: bytes) -> None:
        """What came of a request, from the socket or behind the request before: what becomes of it now."""
        request = self.incoming[conn]
        had_head = request.full_size is not None
        request.add(data)
        if request.rejection:
            self._refuse(conn, request.rejection)
        elif request.is_complete:
            self._hand_over(conn)
        elif not had_head and request.full_size is not None:
            self._begin_body(conn, request)

    def _begin_body(self, conn: Any, request: IncomingRequest) -> None:
        if request.large and sum(one.large for one in self.incoming.values()) > limits.LARGE_TOTAL:
            self._refuse(conn, TOO_MUCH)
        elif request.expects_continue:
            self._send(conn, b"HTTP/1.1 100 Continue\r\n\r\n")

    def _send(self, conn: Any, answer: bytes) -> None:
        try:
            conn.sock.sock.send(answer)
        except OSError:
            pass

    def _refuse(self, conn: Any, answer: bytes) -> None:
        self._send(conn, answer)
        self.incoming.pop(conn).buffer.close()
        self.poller.unregister(conn.sock)
        self._close_after_answer(conn)

    def _hand_over(self, conn: Any) -> None:
        request = self.incoming.pop(conn)
        self.poller.unregister(conn.sock)
        conn.sock.attach(request)
        conn.data_ready = True
        self.enqueue_req(conn)

    def _drop(self, conn: Any) -> None:
        self.incoming.pop(conn).buffer.close()
        self._close(conn)

    def _close(self, conn: Any) -> None:
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Called by gunicorn's loop once a second at least."""
        now = time.monotonic()
        for conn, request in list(self.incoming.items()):
            if now > request.deadline or not (self.alive or request.size):
                self._drop(conn)
        for conn, deadline in list(self.closing.items()):
            if now > deadline:
                self._end_closing(conn)
        super().murder_pending()
        if self.alive and self._is_stuck(now):
            self.alive = False

    def finish_request(self, conn: Any, fs: Any) -> None:
        """As gthread does, but the loop itself waits for nobody either: neither for the rest of a request that is here in part
        nor for a client to hang up."""
        keeps = not fs.cancelled() and fs.exception() is None and fs.result()
        if keeps and (pipelined := conn.parser.unreader.take_buffered() + conn.sock.unread()):
            self._receive(conn)
            self._add(conn, pipelined)
        elif keeps:
            super().finish_request(conn, fs)
        else:
            self._close_after_answer(conn)

    def _close_after_answer(self, conn: Any) -> None:
        """Say that nothing more comes and give the client a moment to read it (RFC 9112, 9.6)."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._discard, conn))
        except (OSError, ValueError):
            self.nr_conns -= 1
            conn.close()
        else:
            self.closing[conn] = time.monotonic() + limits.LINGER

    def _discard(self, conn: Any, _client: Any) -> None:
        try:
            if conn.sock.sock.recv(64 * 1024):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._end_closing(conn)

    def _end_closing(self, conn: Any) -> None:
        del self.closing[conn]
        self._close(conn)

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """A body that nobody read is here already; one without a length is not waited for."""
        return bool(keepalive and conn.parser.finish_body(deadline=time.monotonic() + limits.LINGER / 4))
