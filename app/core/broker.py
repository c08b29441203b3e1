"""Whether the broker (Redis) answers. Asked only after a request could not be sent: a desk in order pays nothing for it."""

from __future__ import annotations

import time

import redis
from flask import current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.core.queue import QUIET_AFTER_FAILURE

PATIENCE = 1.0
"""Seconds that Home waits for an answer: a frozen server still takes connections."""


def is_away() -> bool:
    """True when this process could not send and Redis has not answered since; at most one question every few seconds."""
    state = current_app.extensions["broker"]
    failed = state.get("quiet_until")
    if failed is None or "redis" not in state:
        return False
    if time.monotonic() < failed:
        return True
    if answers():
        state.pop("quiet_until", None)
        return False
    state["quiet_until"] = time.monotonic() + QUIET_AFTER_FAILURE
    return True


def answers() -> bool:
    """Asked on a connection of its own with a short time-out: the shared one is more patient. False without an address."""
    client: redis.Redis | None = current_app.extensions["broker"].get("redis")
    if client is None:
        return False
    pool = client.connection_pool
    limits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
    connection = pool.connection_class(**{**pool.connection_kwargs, **limits})
    try:
        connection.connect()
        connection.send_command("PING")
        return bool(connection.read_response())
    except (redis.RedisError, OSError):
        return False
    finally:
        connection.disconnect()
