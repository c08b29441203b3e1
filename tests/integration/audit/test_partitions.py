"""Monthly partitions: three months ahead, and a default one that alarms."""

from __future__ import annotations

import logging

from app.audit.actions import make_partitions, record
from app.audit.queries import health
from app.audit.queries.verify import verify
from app.core.transactions import read_only

MONTHS = "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n), '\"audit_log_y\"YYYY\"m\"MM') FROM generate_series(0, 3) n"


def parts(plain):
    return {
        row[0]
        for row in plain.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_log'::regclass"
        )
    }


def test_three_months_lie_ahead(plain):
    wanted = {row[0] for row in plain.execute(MONTHS)}
    assert wanted | {"audit_log_default"} <= parts(plain)


def test_making_them_again_makes_none(commit):
    assert commit(make_partitions) == 0


def test_an_entry_goes_to_its_month(commit, plain):
    commit(record, "x.y")
    (part,) = plain.execute("SELECT tableoid::regclass::text FROM audit_log").fetchone()
    assert part == plain.execute(MONTHS).fetchone()[0]


def test_the_default_one_alarms_and_is_emptied(commit, plain, caplog, app):
    (month,) = plain.execute(MONTHS).fetchone()
    with plain.transaction():
        plain.execute("SET LOCAL session_replication_role = replica")
        plain.execute(f"DROP TABLE {month}")
    commit(record, "x.y", note="stranded")
    assert plain.execute("SELECT count(*) FROM audit_log_default").fetchone() == (1,)
    assert any("default partition" in sentence for sentence in commit(health))
    with caplog.at_level(logging.ERROR):
        assert commit(make_partitions) == 1
    assert "default partition" in caplog.text
    assert plain.execute("SELECT tableoid::regclass::text, output_summary FROM audit_log").fetchall() == [
        (month, "stranded")
    ]
    assert not any("default partition" in sentence for sentence in commit(health))
    with read_only():
        assert verify().findings == []
