"""A mail server: SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954), as a play for `Raw`."""

from __future__ import annotations

import base64
import socket
import ssl
from typing import BinaryIO

USER, PASSWORD = "desk@example.org", "mail-canary"


class PostOffice:
    """Takes mail from whoever signs in. `starts_tls`: what STARTTLS, which is offered then, is answered with; without it the
    server offers no encryption of its own. `after`: what the end of a mail is answered with, b"" hangs up.

    `clear` and `covered` keep the lines that came in before and under TLS; `mails` those that were taken.
    """

    def __init__(self, starts_tls: ssl.SSLContext | None = None, *, go: bytes = b"220 go", after: bytes = b"250 ok"):
        self._tls, self._go, self._after = starts_tls, go, after
        self.clear: list[bytes] = []
        self.covered: list[bytes] = []
        self.mails: list[bytes] = []

    def __call__(self, sock: socket.socket) -> None:
        _say(sock, b"220 mail.test")
        file, known = sock.makefile("rb"), False
        while line := self._line(sock, file):
            word = line[:8].upper()
            if word.startswith(b"EHLO"):
                _say(sock, b"250-mail.test", *self._offers(sock), b"250 AUTH PLAIN")
            elif word == b"STARTTLS":
                _say(sock, self._go if self._tls else b"502 not here")
                if self._tls and self._go.startswith(b"220"):
                    sock, known = self._tls.wrap_socket(sock, server_side=True), False
                    file = sock.makefile("rb")
            elif word.startswith(b"AUTH"):
                known = base64.b64decode(line.split()[2]) == f"\0{USER}\0{PASSWORD}".encode()
                _say(sock, b"235 welcome" if known else b"535 this is not the password")
            elif word.startswith(b"MAIL"):
                _say(sock, b"250 ok" if known else b"530 sign in first")
            elif word.startswith(b"DATA"):
                _say(sock, b"354 go on")
                self.mails.append(self._text(sock, file))
                if not self._after:
                    return
                _say(sock, self._after)
            else:
                _say(sock, b"250 ok")

    def _offers(self, sock: socket.socket) -> list[bytes]:
        return [b"250-STARTTLS"] if self._tls and not isinstance(sock, ssl.SSLSocket) else []

    def _line(self, sock: socket.socket, file: BinaryIO) -> bytes:
        line = file.readline()
        (self.covered if isinstance(sock, ssl.SSLSocket) else self.clear).append(line)
        return line

    def _text(self, sock: socket.socket, file: BinaryIO) -> bytes:
        lines = iter(lambda: self._line(sock, file), b".\r\n")
        return b"".join(lines)


def _say(sock: socket.socket, *lines: bytes) -> None:
    sock.sendall(b"\r\n".join(lines) + b"\r\n")
