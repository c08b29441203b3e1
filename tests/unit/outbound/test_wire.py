"""One connection: which address it takes, and what may have left when it breaks."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import httpcore
import pytest

from app.outbound import http
from app.outbound.connection import Connection, Deadline, Stream
from app.outbound.exchange import Sending
from app.outbound.guard import Guard
from app.outbound.http import Http
from tests.unit.outbound.server import Raw, answer, read_request

LOCAL = Guard(["127.0.0.0/8"])
SECRET = {"Authorization": "Bearer canary"}


@pytest.fixture
def silent_beside() -> Iterator[tuple[Raw, str]]:
    """A server at 127.0.0.1, and 127.0.0.2 at whose same port nobody answers: its queue is full, so it drops who knocks."""
    with Raw(answer()) as server, socket.socket() as full:
        full.bind(("127.0.0.2", server.port))
        full.listen(0)
        knocking = [socket.socket() for _ in range(4)]
        for one in knocking:
            one.setblocking(False)
            one.connect_ex(("127.0.0.2", server.port))
        yield server, "127.0.0.2"
        for one in knocking:
            one.close()


def test_an_address_that_does_not_answer_leaves_time_for_the_next(silent_beside: tuple[Raw, str]) -> None:
    server, silent = silent_beside
    guard = Guard(["127.0.0.0/8"], resolve=lambda host, port: [silent, "127.0.0.1"])
    got = Http(guard, deadline=3).create("POST", f"http://both.test:{server.port}/")
    assert (got.status, got.error) == (200, "")


def test_connecting_has_a_shorter_bound_than_the_call(
    silent_beside: tuple[Raw, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, silent = silent_beside
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.3)
    got = http.Http(LOCAL, deadline=20).create("POST", f"http://{silent}:{server.port}/")
    assert (got.error, got.bytes_left) == ("connect", False) and got.duration_ms < 10_000


def test_a_write_that_fails_may_have_left_bytes_all_the_same() -> None:
    """What the system has taken before it says no is not known, so it is not called unsent."""
    ours, theirs = socket.socketpair()
    theirs.close()
    wire = Connection(LOCAL, Deadline(5))
    with ours, pytest.raises(httpcore.WriteError):
        Stream(ours, wire).write(b"POST / HTTP/1.1\r\n")
    assert wire.sent


def test_a_secret_that_may_not_leave_passes_no_commit_point() -> None:
    """The hook writes that the call is under way: it is not asked before a call that is then refused."""
    asked: list[Sending] = []

    class Anywhere(Guard):
        """As if loopback were a public address."""

        def addresses(self, host: str, port: int, seconds: float) -> list[str]:
            return [host]

    with Raw(answer()) as server:
        got = Http(Anywhere(), before_first_byte=asked.append).create("POST", server.url, headers=SECRET)
    assert (got.error, got.bytes_left, asked) == ("blocked", False, [])


def test_a_fingerprint_is_of_method_address_and_body() -> None:
    seen: list[str] = []
    with Raw(answer()) as server:
        for method, path, body in (
            ("POST", "/a", b"1"),
            ("POST", "/a", b"2"),
            ("POST", "/b", b"1"),
            ("PUT", "/a", b"1"),
        ):
            call = Http(LOCAL, before_first_byte=lambda sending: seen.append(sending.fingerprint))
            call.create(method, server.url + path, content=body)
    assert len(set(seen)) == 4


def test_a_redirect_to_another_port_of_the_host_gets_no_secret() -> None:
    with Raw(answer()) as target, Raw(answer("302 Found", b"", f"Location: {target.url}/x")) as server:
        assert Http(LOCAL).call("GET", server.url, headers=SECRET).status == 200
    assert b"canary" in server.seen[0] and b"canary" not in target.seen[0]


def test_a_redirect_that_brings_a_password_of_its_own_is_not_followed() -> None:
    with Raw(answer()) as target:
        away = f"Location: http://mara:pw@127.0.0.1:{target.port}/"
        with Raw(answer("302 Found", b"", away)) as server:
            assert Http(LOCAL).call("GET", server.url).status == 302
    assert target.connections == 0


def test_redirects_share_one_deadline() -> None:
    """Each hop answers well within it, three together do not: with a deadline of its own each would be followed to the last."""

    def slow(sock: socket.socket) -> None:
        read_request(sock)
        time.sleep(0.4)  # the server's slowness, which is what is tested; on a slow machine fewer hops fit
        sock.sendall(answer("302 Found", b"", "Location: /again"))

    with Raw(slow) as server:
        got = Http(LOCAL, deadline=0.9).call("GET", server.url)
    assert got.error == "timeout" and server.connections < 4


def test_an_answer_as_long_as_the_cap_is_read_whole() -> None:
    with Raw(answer(body=b"x" * 1000)) as server:
        got = Http(LOCAL, max_body=1000).create("POST", server.url)
    assert (got.error, len(got.body)) == ("", 1000)
