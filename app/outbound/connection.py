"""One connection: opened to a checked address, under one deadline, and aware of whether a byte was handed over.

httpcore speaks HTTP/1.1 over it; this file replaces only its network backend, so that name look-up, address guard,
deadline and the "did a byte leave?" flag stand in one place.
"""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from app.outbound.guard import Guard, WireError

UNREACHABLE = {
    errno.ECONNREFUSED: "refused the connection",
    errno.ENETUNREACH: "could not be reached: no network leads there",
    errno.EHOSTUNREACH: "could not be reached: no way leads there",
}


def describe_error(error: OSError) -> str:
    """Why no connection came about, without the system's own number."""
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    return (
        UNREACHABLE.get(error.errno or 0) or f"could not be reached: {error.strerror or error or type(error).__name__}"
    )


class Deadline:
    """Seconds that may still pass, on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """What is left; WireError("timeout") when nothing is."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise WireError("timeout", "The deadline passed.")
        return seconds


class Stream(httpcore.NetworkStream):
    """A socket whose every wait is bounded by the deadline. `sent` turns true before the first byte is handed over."""

    def __init__(self, sock: socket.socket, wire: Connection) -> None:
        self._sock = sock
        self._wire = wire

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._sock.settimeout(self._wire.deadline.remaining())
            data = self._sock.recv(max_bytes)
        except TimeoutError:
            raise WireError("timeout", "No answer before the deadline.") from None
        except OSError as error:
            raise WireError("reset", f"The connection broke: {error.strerror or error}.") from None
        self._wire.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        while rest:
            self._sock.settimeout(self._wire.deadline.remaining())
            self._wire.sent = True
            try:
                rest = rest[self._sock.send(rest) :]
            except TimeoutError:
                raise WireError("timeout", "The request could not be sent before the deadline.") from None
            except OSError as error:  # httpcore then looks whether an answer is there already (an early 413)
                raise httpcore.WriteError(str(error)) from None

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            self._sock.settimeout(self._wire.deadline.remaining())
            self._sock = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except TimeoutError:
            self.close()
            raise WireError("tls", "TLS was not agreed on in time.") from None
        except (OSError, ValueError) as error:
            self.close()
            raise WireError("tls", f"TLS failed: {error}.") from None
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket):
            return self._sock
        if info == "socket":
            return self._sock
        return None


class Connection(httpcore.NetworkBackend):
    """Opens exactly one connection; a second one is refused, so nothing can be sent twice behind our back."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self.guard = guard
        self.deadline = deadline
        self.sent = False
        self.ended = False
        self.peer = ""
        self._opened = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if self._opened:
            raise RuntimeError("a connection is opened once")
        self._opened = True
        trouble = "has no address"
        addresses = self.guard.addresses(host, port, self.deadline.remaining())[:4]
        for number, address in enumerate(addresses):
            share = self.deadline.remaining() / (
                len(addresses) - number
            )  # a dead first address leaves time for the next
            try:
                sock = socket.create_connection((address, port), timeout=share)
            except OSError as error:
                trouble = describe_error(error)
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.peer = address
            return Stream(sock, self)
        raise WireError("connect", f"{host} {trouble}.")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise WireError("blocked", "Only addresses on the network are called.")

    def sleep(self, seconds: float) -> None:
        raise RuntimeError("the transport never waits to try again")
