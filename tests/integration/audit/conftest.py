"""A second way into the database: the one a stranger with a password would take, past all our code."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest


@pytest.fixture
def plain(app, settings) -> Iterator[psycopg.Connection]:
    """A plain connection with autocommit."""
    with psycopg.connect(settings.libpq_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def tamper(plain):
    """Run SQL as somebody who knows how to switch triggers off."""

    def run(sql: str, *values):
        with plain.transaction():
            plain.execute("SET LOCAL session_replication_role = replica")
            plain.execute(sql, values)

    return run
