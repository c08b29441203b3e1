"""Clients that are slow, or do as if: they cost no thread, and they are cut."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.runtime.request_buffering.client_socket import ClientSocket
from app.runtime.request_buffering.request import IncomingRequest

ROOT = Path(__file__).resolve().parents[2]
CONF = """
from app.runtime.request_buffering import limits
from app.runtime.gunicorn_conf import *
workers, threads, preload_app = 1, 2, False
limits.HEAD_SECONDS = limits.BODY_SECONDS = limits.ANSWER_SECONDS = {seconds}
limits.RATE = 10_000_000
worker_connections = 60
"""
APP = """
def app(environ, start):
    if environ["PATH_INFO"] == "/big":
        start("200 OK", [("Content-Length", "60000000")])
        return (b"x" * 60_000 for _ in range(1000))
    while environ["PATH_INFO"] == "/spin":
        pass
    body = environ["wsgi.input"].read() if environ["PATH_INFO"] == "/read" else b""
    answer = b"%d" % len(body)
    start("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
"""


def serving(folder, seconds, more):
    (folder / "conf.py").write_text(CONF.format(seconds=seconds) + more + "\n")
    (folder / "slow_app.py").write_text(APP)
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    door.listen(100)
    os.set_inheritable(door.fileno(), True)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", str(folder / "conf.py"), "--bind", f"fd://{door.fileno()}", "slow_app:app"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}:{folder}"}, pass_fds=[door.fileno()], stdout=log, stderr=log,
    )  # fmt: skip
    return process, door


@contextlib.contextmanager
def server(folder, seconds, more=""):
    process, door = serving(folder, seconds, more)
    try:
        assert ask(door) == b"0", (folder / "log").read_text()
        yield door
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        door.close()


@pytest.fixture
def patient(tmp_path):
    """A server that would wait for minutes."""
    with server(tmp_path, 300.0) as door:
        yield door


@pytest.fixture
def strict(tmp_path):
    with server(tmp_path, 1.0) as door:
        yield door


def connect(door):
    client = socket.create_connection(door.getsockname(), timeout=60)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def answer(client):
    """One answer, and not a byte of the next one."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        one = client.recv(1)
        if not one:
            return head
        head += one
    left, body = int(head.lower().split(b"content-length:")[1].split()[0]), b""
    while len(body) < left:
        body += client.recv(left - len(body))
    return body


def ask(door, path="/", body=b"", extra=""):
    with connect(door) as client:
        client.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return answer(client)


HALF = {
    "nothing": b"", "half a head": b"GET / HTTP/1.1\r\nHost: x\r\n", "half a body": b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nab",
    "a large one": b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\nab",
    "half of a second request": b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHo",
    "half a body in chunks": b"POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "chunks that are asked for": b"POST /read HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
    "chunks of a second request": b"GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "a length with zeros before it": b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 00000000000010\r\n\r\nab",
    "a length beyond all": b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000000\r\n\r\nab",
    "no length in the old version": b"POST /read HTTP/1.0\r\n\r\nab",
}  # fmt: skip


@pytest.mark.parametrize("half", HALF.values(), ids=HALF)
def test_fourteen_half_requests_do_not_take_the_desk_away(patient, half):
    """(S8) the desk was gone for more than 150 s: 14 clients held its 12 threads; here 14 before the two of one worker."""
    clients = [connect(patient) for _ in range(14)]
    for client in clients:
        client.sendall(half)
    assert [ask(patient, "/read", b"x" * 200_000) for _ in range(5)] == [b"200000"] * 5
    for client in clients:
        client.close()


@pytest.mark.parametrize("half", HALF.values(), ids=HALF)
def test_who_is_too_slow_is_cut(strict, half):
    """(S8) and the connection is given back."""
    with connect(strict) as client:
        client.sendall(half)
        while client.recv(65536):
            pass


def test_a_byte_now_and_then_does_not_keep_a_connection(strict):
    """(S8) the time counts for the whole head, not for each piece."""
    with connect(strict) as client, pytest.raises(OSError):
        while True:
            client.sendall(b"x")
            time.sleep(0.05)  # the slowness that is tried
            client.settimeout(0.01)
            with contextlib.suppress(TimeoutError):
                if not client.recv(1):
                    raise ConnectionResetError
            client.settimeout(60)


def test_who_does_not_read_the_answer_is_cut(strict):
    """(S8) both threads write to clients that do not read: they come free again."""
    clients = [connect(strict) for _ in range(4)]
    for client in clients:
        client.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
    assert ask(strict, "/read", b"abc") == b"3"
    for client in clients:
        client.close()


def test_when_connections_run_short_the_longest_waiting_gives_way(patient):
    """(S8) 60 connections are allowed here; 150 clients that say nothing do not keep anybody out."""
    clients = [connect(patient) for _ in range(150)]
    assert ask(patient, "/read", b"abc") == b"3"
    for client in clients:
        client.close()


def test_whole_requests_arrive_as_they_were_sent(patient):
    """Kept alive, one behind the other, in pieces, asked for by Expect, with zeros before the length, closed by the client."""
    with connect(patient) as client:
        for body in (b"", b"a" * 70_000, b"b" * 3_000_000):
            client.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert answer(client) == b"%d" % len(body)
        one = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" + b"c" * 20_000
        client.sendall(one + one + one[:15])
        assert answer(client) == answer(client) == b"20000"
        client.sendall(one[15:])
        assert answer(client) == b"20000"
        client.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 0000000000000003\r\n\r\nabc")
        assert answer(client) == b"3"
        client.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"abc")
        assert b"200 OK" in client.recv(200) + client.recv(200)  # gunicorn says "continue" once more, as it may
    assert ask(patient, "/", b"unread" * 50_000) == b"0"
    assert ask(patient, "/read", b"abc", "Connection: close\r\n") == b"3"


def test_threads_that_never_end_are_given_up_with_their_process(tmp_path):
    """(S7) both threads of the worker spin; the process writes down where, ends, and the next one answers."""
    with server(tmp_path, 300.0, "limits.STUCK, graceful_timeout = 1.0, 1") as door:
        clients = [connect(door) for _ in range(2)]
        for client in clients:
            client.sendall(b"GET /spin HTTP/1.1\r\nHost: x\r\n\r\n")
        assert [client.recv(100) for client in clients] == [b"", b""]
        assert ask(door, "/read", b"abc") == b"3"
        assert "a request is stuck" in (tmp_path / "log").read_text() and "in app" in (tmp_path / "log").read_text()


def test_too_long_a_head_is_refused(patient):
    with connect(patient) as client:
        with contextlib.suppress(OSError):
            client.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000)
        assert b" 431 " in client.recv(1000)
    assert ask(patient) == b"0"


def test_heads_without_an_end_take_no_thread(patient):
    """(S8) Beyond what the loop keeps they are refused, not handed to a thread that waits for the rest."""
    clients = [connect(patient) for _ in range(14)]
    for client in clients:
        with contextlib.suppress(OSError):
            client.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000)
    assert ask(patient) == b"0"
    assert all(b" 431 " in client.recv(1000) for client in clients)
    for client in clients:
        client.close()


REFUSED = {
    "chunks": (b"Transfer-Encoding: chunked\r\n", b"411"),
    "chunks that are asked for": (b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", b"411"),
    "another coding": (b"transfer-encoding:\tgzip, chunked\r\n", b"411"),
    "a length of thirteen digits": (b"Content-Length: 0001000000000000\r\n", b"400"),
    "a length of a thousand": (b"Content-Length: " + b"9" * 1000 + b"\r\n", b"400"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_body_whose_end_the_loop_cannot_tell_is_refused_at_once(patient, what):
    """(S8) as the first request and as one that comes right behind another; whatever of its body is here or not."""
    head, status = REFUSED[what]
    with connect(patient) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST /read HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n5\r\nab")
        assert answer(client) == b"0"
        got = b""
        while piece := client.recv(65536):
            got += piece
    assert got.count(b"HTTP/1.1 ") == 1 and got.split()[1] == status, got[:200]
    with connect(patient) as client:
        client.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n3\r\nabc\r\n0\r\n\r\n")
        assert client.recv(1000).split()[1] == status


def test_a_thread_never_reads_from_the_socket():
    """(S8) what gunicorn takes for unfinished and the loop for whole ends as if the client had left."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        request, line = IncomingRequest(), ClientSocket(ours)
        request.add(b"GET / HTTP/1.1\r\n\r\n")
        line.attach(request)
        theirs.sendall(b"more")
        assert [line.recv(9), line.recv(99), line.recv(99), line.recv(99)] == [b"GET / HTT", b"P/1.1\r\n\r\n", b"", b""]


def test_a_length_of_zeros_costs_nothing():
    """(S8) The loop waits for nobody, its patterns included."""
    request, begun = IncomingRequest(), time.process_time()
    request.add(b"GET / HTTP/1.1\r\nContent-Length:" + b" " * 30_000 + b"0" * 30_000 + b"x\r\n\r\n")
    assert request.is_complete and time.process_time() - begun < 0.2


SMUGGLED = {
    "two lengths": b"Content-Length: 2\r\nContent-Length: 40\r\n",
    "a length and chunks": b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
    "chunks in other words": b"Transfer-Encoding: xchunked\r\n",
    "chunks twice": b"Transfer-Encoding: chunked, chunked\r\n",
    "a length with a sign": b"Content-Length: +2\r\n",
    "a name with a space": b"Content-Length : 2\r\n",
    "a folded line": b"X-Long: a\r\n b\r\nContent-Length: 2\r\n",
}


@pytest.mark.parametrize("what", SMUGGLED)
def test_a_request_with_two_lengths_is_refused(patient, what):
    """(ASVS 4.2.1) Where one request ends is never in question: what two servers could read differently is answered once, with a
    refusal, and the connection ends, so nothing hidden in the body is taken for a second request."""
    hidden = b"0\r\n\r\nPOST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nhidden"
    with connect(patient) as client:
        client.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\n" + SMUGGLED[what] + b"\r\n" + hidden)
        client.shutdown(socket.SHUT_WR)
        got = b""
        while piece := client.recv(65536):
            got += piece
    assert got.count(b"HTTP/1.1 ") == 1 and got.split()[1] in (b"400", b"411"), got[:200]
