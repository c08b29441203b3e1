"""Whether a PostgreSQL server answers at an address, decided by its protocol and not by its words, which may be in any language.

The question is an SSLRequest: every server (and every pooler) answers it with one byte before it asks who is there, also while
it starts up, is full, or refuses the user. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL

In: what psycopg.connect takes. Out: True when one of the hosts answers. Errors: none.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

from psycopg.conninfo import conninfo_to_dict

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
PORT = "5432"


def answers(address: dict[str, Any], *words: Any, within: float = 2.0) -> bool:
    """Whether anybody who speaks PostgreSQL's protocol answers there within so many seconds."""
    return any(_offers_line(host, port, within) for host, port in _places(conninfo_to_dict(*words, **address)))


def _places(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Host (or folder of the socket) and port of each server that the address names."""
    hosts = str(given.get("hostaddr") or given.get("host") or "localhost").split(",")
    ports = str(given.get("port") or PORT).split(",")
    for at, host in enumerate(hosts):
        yield host or "localhost", (ports[at] if at < len(ports) else ports[-1]) or PORT


def _offers_line(host: str, port: str, within: float) -> bool:
    try:
        with _line(host, port, within) as line:
            line.sendall(SSL_REQUEST)
            return bool(line.recv(1))
    except (OSError, ValueError):  # refused, silent, cut; a port that is no number
        return False


def _line(host: str, port: str, within: float) -> socket.socket:
    if not host.startswith(("/", "@")):
        return socket.create_connection((host, int(port)), timeout=within)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(within)
        line.connect(("\0" + host[1:] if host[0] == "@" else host) + f"/.s.PGSQL.{port}")
    except OSError:
        line.close()
        raise
    return line
