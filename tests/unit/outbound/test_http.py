"""The transport: it knows when bytes left, sends once, and calls the hook between TLS and the first byte."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import pytest

from app.outbound.connection import Connection, Deadline
from app.outbound.exchange import Sending
from app.outbound.guard import Guard
from app.outbound.http import Http
from app.outbound.single_request import default_tls
from tests.unit.outbound.server import Raw, answer, read_request

LOCAL = Guard(["127.0.0.0/8"])


def test_an_answer_is_read_whole() -> None:
    with Raw(answer("201 Created", b'{"id": "7"}', "X-Odd: 1")) as server:
        got = Http(LOCAL).create("POST", server.url + "/p?q=1", json={"a": "ü"}, params={"r": "2"})
    assert (got.status, got.object(), got.headers["x-odd"], got.bytes_left, got.error) == (
        201,
        {"id": "7"},
        "1",
        True,
        "",
    )
    assert server.seen[0].startswith(b"POST /p?q=1&r=2 HTTP/1.1")
    assert b'"\xc3\xbc"' in server.seen[0]


def test_the_hook_is_called_after_connecting_and_before_the_first_byte() -> None:
    calls: list[tuple[str, Sending, int]] = []

    def hook(sending: Sending) -> None:
        while server.connections == 0:  # the other side has accepted by now, or this never ends
            time.sleep(0.01)
        calls.append((sending.method, sending, len(server.seen)))

    with Raw(answer()) as server:
        Http(LOCAL, before_first_byte=hook).create("POST", server.url, json={"token": "hush"})
    method, sending, seen = calls[0]
    assert (method, seen, len(calls)) == ("POST", 0, 1)
    assert len(sending.fingerprint) == 64
    assert "hush" not in str(sending)


def test_a_hook_that_raises_sends_nothing() -> None:
    class LeaseLost(Exception):
        pass

    def hook(sending: Sending) -> None:
        raise LeaseLost

    got: list[bytes] = []
    with Raw(lambda sock: got.append(sock.recv(1))) as server:
        with pytest.raises(LeaseLost):
            Http(LOCAL, before_first_byte=hook).create("POST", server.url, json={})
        while not got:
            time.sleep(0.01)
    assert got == [b""]


def test_a_transport_creates_once() -> None:
    with Raw(answer()) as server:
        http = Http(LOCAL)
        http.create("POST", server.url)
        with pytest.raises(RuntimeError, match="at most one create"):
            http.create("POST", server.url)


def test_the_deadline_counts_from_the_hook() -> None:
    def silent(sock: socket.socket) -> None:
        read_request(sock)
        time.sleep(3)

    with Raw(silent) as server:
        begun = time.monotonic()
        got = Http(LOCAL, deadline=0.5).create("POST", server.url)
        assert (got.error, got.bytes_left) == ("timeout", True)
        assert 0.4 < time.monotonic() - begun < 1.5
        late = Http(LOCAL, deadline=0.3, before_first_byte=lambda s: time.sleep(0.5)).create("POST", server.url)
    assert (late.error, late.bytes_left) == ("timeout", False)


def test_a_trickle_does_not_outlast_the_deadline() -> None:
    def trickle(sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(40):
            time.sleep(0.1)
            sock.sendall(b"x")

    with Raw(trickle) as server:
        begun = time.monotonic()
        got = Http(LOCAL, deadline=0.6).create("POST", server.url)
    assert (got.error, got.status) == ("timeout", 200)
    assert time.monotonic() - begun < 2


def test_nothing_left_when_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    got = Http(LOCAL).create("POST", f"http://127.0.0.1:{port}/")
    assert (got.error, got.bytes_left) == ("connect", False)
    got = Http(Guard(resolve=_no_such_name)).create("POST", "http://nowhere.test/")
    assert (got.error, got.bytes_left) == ("dns", False)


def _no_such_name(host: str, port: int) -> list[str]:
    raise socket.gaierror(-2, "Name or service not known")


def test_a_resolver_that_hangs_is_given_up() -> None:
    got = Http(Guard(resolve=lambda host, port: time.sleep(5) or []), deadline=0.3).call("GET", "http://slow.test/")
    assert (got.error, got.bytes_left) == ("dns", False)
    assert got.duration_ms < 2000


@pytest.mark.parametrize(
    ("play", "error", "status"),
    [
        (b"", "reset", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "truncated", 200),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "truncated", 200),
        (b"not http at all\r\n\r\n", "protocol", None),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n", "protocol", None),
        (answer(body=b"x" * 2000), "too_large", 200),
        (answer("200 OK", b"x", "Content-Encoding: br"), "protocol", 200),
    ],
)
def test_broken_answers_name_their_kind(play: bytes, error: str, status: int | None) -> None:
    with Raw(play) as server:
        got = Http(LOCAL, max_body=1000, deadline=3).create("POST", server.url)
    assert (got.error, got.status, got.bytes_left) == (error, status, True)
    assert server.connections == 1


def test_a_wire_is_opened_once() -> None:
    """Whatever the library above it would do by itself: a second connection could send the request a second time."""
    with Raw(answer()) as server:
        wire = Connection(LOCAL, Deadline(5))
        wire.connect_tcp("127.0.0.1", server.port).close()
        with pytest.raises(RuntimeError, match="opened once"):
            wire.connect_tcp("127.0.0.1", server.port)


def test_an_early_refusal_of_a_large_body_is_read() -> None:
    def refuse(sock: socket.socket) -> None:
        sock.recv(1000)
        sock.sendall(answer("413 Payload Too Large", b'{"error": "big"}'))
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(1 << 20):
            pass

    with Raw(refuse) as server:
        got = Http(LOCAL).create("POST", server.url, content=b"x" * 20_000_000)
    assert got.status == 413


def test_no_call_inside_a_transaction() -> None:
    with Raw(answer()) as server:
        http = Http(LOCAL, outbound_allowed=lambda: False)
        for name in ("call", "create"):
            with pytest.raises(RuntimeError, match="inside an open transaction"):
                getattr(http, name)("POST", server.url)
    assert server.connections == 0


def test_create_follows_no_redirect() -> None:
    with Raw(answer("302 Found", b"", "Location: /elsewhere")) as server:
        assert Http(LOCAL).create("POST", server.url).status == 302
    assert server.connections == 1


def test_tls_is_finished_before_the_hook(certificate: Path) -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    order: list[str] = []
    with Raw(answer(), tls=server_side) as server:
        trusting = ssl.create_default_context(cafile=str(certificate))
        got = Http(LOCAL, tls=trusting, before_first_byte=lambda s: order.append("hook")).create("POST", server.url)
        assert (got.status, order) == (200, ["hook"])
        doubting = Http(LOCAL, before_first_byte=lambda s: order.append("again")).create("POST", server.url)
    assert (doubting.error, doubting.bytes_left, order) == ("tls", False, ["hook"])


def test_no_call_is_made_below_tls_1_2_or_to_somebody_unknown() -> None:
    """(ASVS 12.1.1, 12.3.2) What calls and mails are made with when nobody hands in another."""
    for context in (default_tls(), ssl.create_default_context()):
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
        assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname
