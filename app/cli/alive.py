"""`flask alive KIND`, for the health checks of containers: a worker or clock has no port that could be asked."""

from __future__ import annotations

import socket
import sys

import click

from app.environment import Environment, EnvironmentInvalid
from app.lib.liveness import KINDS, SILENT_AFTER

QUERY = """SELECT count(*) FROM worker_heartbeats
WHERE host = %s AND kind = %s AND seen_at BETWEEN app_now() - make_interval(secs => %s) AND app_now() + interval '5 s'"""


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
def alive(kind: str) -> None:
    """Whether this machine's worker or clock has reported lately.

    Ends with 0 when it has; else with 1, and the reason on stderr.
    """
    import psycopg

    try:
        url = Environment.from_env().libpq_url
        with psycopg.connect(url, autocommit=True, connect_timeout=5, options="-c statement_timeout=5000") as link:
            row = link.execute(QUERY, [socket.gethostname(), kind, SILENT_AFTER]).fetchone()
    except (EnvironmentInvalid, psycopg.Error) as error:
        print(type(error).__name__, file=sys.stderr)
        raise SystemExit(1) from None
    if row is None or not row[0]:
        print(f"no {kind} of {socket.gethostname()} has reported for {SILENT_AFTER} s", file=sys.stderr)
        raise SystemExit(1)
