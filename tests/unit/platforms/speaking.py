"""A loopback server that answers each POST with exactly the bytes that it is given, or breaks the line."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from typing import Any

TLS = b"\x16"  # how a greeting in TLS begins (RFC 8446, 5.1: handshake)


class Speaker(socketserver.BaseRequestHandler):
    """Reads one request whole, counts it, then does what the row says."""

    def handle(self) -> None:
        server: Any = self.server
        if self.request.recv(1, socket.MSG_PEEK) == TLS:
            return  # nobody here speaks it: whoever greets in TLS is not left waiting for an answer
        file = self.request.makefile("rb")
        head = b""
        while (line := file.readline()) not in (b"\r\n", b""):
            head += line
        length = next(
            (int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")), 0
        )
        file.read(length)
        if not head.startswith(b"POST "):
            return
        server.asked += 1
        if server.do == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif server.do == "hang":
            server.over.wait(30)
        else:
            self.request.sendall(server.answer)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True
    answer, do, asked = b"", "", 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Speaker)
        self.over = threading.Event()
        self.root = f"http://127.0.0.1:{self.server_address[1]}"
