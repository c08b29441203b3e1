"""Single mails, against a server that plays a script."""

from __future__ import annotations

import socket

import pytest

from app.outbound.mail import Mailer
from tests.unit.outbound.server import Raw


def smtp(replies: dict[bytes, bytes], got: list[bytes]):  # type: ignore[no-untyped-def]
    """A server that answers each command by its first four letters; b"" hangs up."""

    def play(sock: socket.socket) -> None:
        sock.sendall(b"220 mail.test\r\n")
        file, text = sock.makefile("rb"), False
        for line in file:
            got.append(line)
            if text and line != b".\r\n":
                continue
            word = b"DOT" if text else line[:4].upper().strip()
            text = word == b"DATA"
            reply = replies.get(word, b"354 go\r\n" if text else b"250 ok\r\n")
            if not reply:
                return
            sock.sendall(reply)

    return play


def send(replies: dict[bytes, bytes], user: str = "") -> tuple[str, list[bytes]]:
    got: list[bytes] = []
    with Raw(smtp(replies, got)) as server:
        mailer = Mailer(f"smtp://{user}127.0.0.1:{server.port}", seconds=2)
        return mailer.send("ana@example.org", "Grüße", "Hello\nthere").outcome, got


def test_a_mail_is_handed_over() -> None:
    outcome, got = send({})
    whole = b"".join(got)
    assert outcome == "yes"
    assert b"To: ana@example.org" in whole
    assert b"=?utf-8?" in whole


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ({b"EHLO": b"", b"HELO": b""}, "no"),
        ({b"RCPT": b"550 no such box\r\n"}, "no"),
        ({b"MAIL": b"451 later\r\n"}, "no"),
        ({b"DOT": b""}, "unknown"),
        ({b"DOT": b"554 spam\r\n"}, "no"),
    ],
)
def test_what_went_wrong_is_said(replies: dict[bytes, bytes], outcome: str) -> None:
    assert send(replies)[0] == outcome


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert Mailer(f"smtp://127.0.0.1:{port}", seconds=1).send("a@b.test", "x", "y").outcome == "no"


def test_a_line_break_in_the_subject_is_refused() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        Mailer("smtp://127.0.0.1:1").send("a@b.test", "x\nBcc: all@b.test", "y")


def test_no_mail_inside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        Mailer("smtp://127.0.0.1:1", outbound_allowed=lambda: False).send("a@b.test", "x", "y")
