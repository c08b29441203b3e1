"""The log is only added to: UPDATE, DELETE, TRUNCATE and a time written by hand are refused, everywhere."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from app.audit.actions import record


@pytest.fixture
def one(commit):
    commit(record, "x.y", ("t", "1"))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_log SET action = 'z'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "TRUNCATE audit_log_default",
        "UPDATE audit_seals SET rows = 0",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
        "INSERT INTO audit_log (occurred_at, trace_id, actor_type, action) VALUES (now() - interval '1 hour', 't', 'system', 'a')",
        "INSERT INTO audit_log (occurred_at, trace_id, actor_type, action) VALUES (now() + interval '1 hour', 't', 'system', 'a')",
    ],
)
def test_it_is_refused(one, commit, plain, sql):
    from app.audit.actions import seal

    commit(seal, timedelta(0))
    with pytest.raises(psycopg.errors.Error, match=r"refused|cannot be written"):
        plain.execute(sql)
    assert plain.execute("SELECT count(*) FROM audit_log").fetchone() == (1,)


def test_the_month_itself_refuses_too(one, plain):
    (part,) = plain.execute("SELECT tableoid::regclass::text FROM audit_log").fetchone()
    assert part.startswith("audit_log_y")
    for sql in (f"TRUNCATE {part}", f"DELETE FROM {part}", f"UPDATE {part} SET action = 'z'"):
        with pytest.raises(psycopg.errors.Error, match="refused"):
            plain.execute(sql)


def test_the_setting_alone_opens_nothing(one, plain):
    """(S10) Anybody with a connection can set it; the owner of the tables is refused, too."""
    with pytest.raises(psycopg.errors.Error, match="refused"), plain.transaction():
        plain.execute("SET LOCAL app.archiving = 'on'")
        plain.execute("DELETE FROM audit_log")
    assert plain.execute("SELECT count(*) FROM audit_log").fetchone() == (1,)


def test_the_archiver_may_and_says_so_first(one, plain):
    """(S10) Its own role, in its own transaction."""
    with pytest.raises(psycopg.errors.Error, match="refused"), plain.transaction():
        plain.execute("SET LOCAL ROLE pressroom_archiver")
        plain.execute("DELETE FROM audit_log")
    with plain.transaction():
        plain.execute("SET LOCAL ROLE pressroom_archiver")
        plain.execute("SET LOCAL app.archiving = 'on'")
        assert plain.execute("DELETE FROM audit_log").rowcount == 1
    plain.execute("INSERT INTO audit_log (trace_id, actor_type, action) VALUES ('t', 'system', 'a')")
    with pytest.raises(psycopg.errors.Error, match="refused"):
        plain.execute("DELETE FROM audit_log")
