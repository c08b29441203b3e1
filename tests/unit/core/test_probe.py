"""Whether a PostgreSQL server answers: by its protocol, whatever language it speaks."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from app.core.connection_watch import ConnectionWatch
from app.core.probe import answers

GERMAN = b"SSCHWERWIEGEND\x00VFATAL\x00C53300\x00Mtut mir leid, schon zu viele Verbindungen\x00\x00"


@contextmanager
def server(speak: Callable[[socket.socket], None]) -> Iterator[dict[str, object]]:
    """Somebody who listens and speaks to each caller in its own way."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        lines: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                lines.append(line)
                speak(line)

        threading.Thread(target=serve, daemon=True).start()
        yield {
            "host": "127.0.0.1",
            "port": listening.getsockname()[1],
            "user": "x",
            "dbname": "x",
            "sslmode": "disable",
        }
        for line in lines:
            line.close()


def refuses_in_german(line: socket.socket) -> None:
    """As a full server does: one byte to an SSLRequest, an error to everything else."""
    asked = line.recv(8)
    line.sendall(
        b"N" if asked[4:] == (80877103).to_bytes(4, "big") else b"E" + (len(GERMAN) + 4).to_bytes(4, "big") + GERMAN
    )


def test_a_server_that_refuses_in_another_language_is_there():
    """(S15) Its words held no “FATAL”, so the desk took it for away."""
    with server(refuses_in_german) as address:
        try:
            psycopg.connect(**address)
        except psycopg.OperationalError as error:
            assert "FATAL" not in str(error)
        reach = ConnectionWatch()
        assert answers(address) and not reach.lost(address) and not reach.is_away


def test_who_says_nothing_or_hangs_up_or_is_not_there_is_away():
    with server(lambda line: None) as address:
        assert not answers(address, within=0.2)
    with server(lambda line: line.close()) as address:
        assert not answers(address)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert not answers({"host": "127.0.0.1", "port": port}) and not answers({"host": "127.0.0.1", "port": "x"})
    reach = ConnectionWatch()
    assert reach.lost({"host": "127.0.0.1", "port": port}) and reach.is_away


def test_a_real_server_answers_at_its_socket_and_one_of_several_hosts_is_enough(servers):
    url = sa.make_url(servers["database"])
    given = url.translate_connect_args() | dict(url.query)
    host, port = str(given["host"]), str(given.get("port", 5432))
    assert answers({"host": host, "port": port, "dbname": "there is none"})
    assert answers({"host": f"/nowhere,{host}", "port": f"1,{port}"}) and not answers({"host": "/nowhere", "port": "1"})
