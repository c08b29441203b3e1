"""How long a client may take, and how much of its request is held. Bytes and seconds."""

from __future__ import annotations

HEAD_SECONDS, BODY_SECONDS, ANSWER_SECONDS = 10.0, 20.0, 30.0
RATE = 32 * 1024
"""Bytes a second beyond the seconds above, for long bodies and answers."""
MAX_HEAD = 64 * 1024
SPOOL, LARGE, LARGE_TOTAL = 64 * 1024, 1024 * 1024, 512 * 1024 * 1024
LINGER = 2.0
"""Seconds for a client to read the answer before the connection is closed."""
STUCK = 120.0
"""Seconds after which a thread that still works on a request is given up: with its process, which gives back all it held."""
SPARE = 20
"""Connections below gunicorn's `worker_connections` at which the longest waiting gives way."""
