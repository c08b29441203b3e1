"""`python -m app.cli.alive publish|default|clock`: ends with 0 when this machine's process of that kind has reported lately.

For the health checks of containers: a worker or clock has no port that could be asked.
"""

from __future__ import annotations

import socket
import sys

import psycopg

from app.environment import Environment, EnvironmentInvalid
from app.lib.liveness import KINDS, SILENT_AFTER

QUERY = """SELECT count(*) FROM worker_heartbeats
WHERE host = %s AND kind = %s AND seen_at BETWEEN app_now() - make_interval(secs => %s) AND app_now() + interval '5 s'"""


def main(words: list[str]) -> int:
    """In: the kind. Out: the exit status; the reason on stderr."""
    if len(words) != 1 or words[0] not in KINDS:
        print(f"name one of {', '.join(KINDS)}", file=sys.stderr)
        return 2
    try:
        url = Environment.from_env().libpq_url
        with psycopg.connect(url, autocommit=True, connect_timeout=5, options="-c statement_timeout=5000") as link:
            row = link.execute(QUERY, [socket.gethostname(), words[0], SILENT_AFTER]).fetchone()
    except (EnvironmentInvalid, psycopg.Error) as error:
        print(type(error).__name__, file=sys.stderr)
        return 1
    if row is None or not row[0]:
        print(f"no {words[0]} of {socket.gethostname()} has reported for {SILENT_AFTER} s", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
