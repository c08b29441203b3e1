"""Seals: what is sealed, what waits, and every kind of tampering is named."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

import pytest

from app.audit.actions import record, seal
from app.audit.inspection import seal_and_note
from app.audit.queries.verify import verify
from app.core.transactions import read_only

NO_MARGIN = timedelta(0)


@pytest.fixture
def sealed(commit):
    """Three entries in one seal, an empty seal before and one entry in a seal after."""

    def minute():
        return commit(seal, NO_MARGIN)

    minute()
    for n in range(3):
        commit(record, "x.y", ("t", str(n)), title=["a", "b"], note=f"Entry {n}")
    minute()
    commit(record, "x.z", ("t", "9"))
    minute()


def check():
    with read_only():
        return verify()


def test_nothing_happened_nothing_found(sealed):
    report = check()
    assert (report.seals, report.rows, report.findings, report.unsealed) == (3, 4, [], 0)


def test_a_running_transaction_holds_the_seal_back(commit, plain, settings):
    import psycopg

    with psycopg.connect(settings.libpq_url) as slow:
        slow.execute("INSERT INTO audit_log (trace_id, actor_type, action) VALUES ('t', 'system', 'late.one')")
        commit(record, "x.y", ("t", "1"))
        first = commit(seal, NO_MARGIN)
        assert first is None or first.rows == 0
        slow.commit()
    assert commit(seal, NO_MARGIN).rows == 2
    assert check().findings == []


def test_a_changed_entry_is_named(sealed, tamper, plain):
    (key,) = plain.execute("SELECT id FROM audit_log WHERE entity_id = '1'").fetchone()
    tamper("UPDATE audit_log SET output_summary = 'Nothing to see' WHERE id = %s", key)
    (finding,) = check().findings
    assert (finding.kind, finding.entry_id) == ("changed", str(key)) and "x.y" in finding.words


@pytest.mark.parametrize(
    "column",
    [
        "trace_id = 'q'",
        "actor_name = 'q'",
        "changes = '{}'",
        "success = false",
        "ip_address = '10.0.0.1'",
        "entity_id = '7'",
        "severity = 'error'",
    ],
)
def test_each_column_counts(sealed, tamper, column):
    tamper(f"UPDATE audit_log SET {column} WHERE entity_id = '1'")
    assert [finding.kind for finding in check().findings] == ["changed"]


def test_a_deleted_entry_is_named(sealed, tamper, plain):
    (key,) = plain.execute("SELECT id FROM audit_log WHERE entity_id = '2'").fetchone()
    tamper("DELETE FROM audit_log WHERE id = %s", key)
    (finding,) = check().findings
    assert (finding.kind, finding.entry_id) == ("deleted", str(key))


def test_an_added_entry_is_named(sealed, tamper, plain):
    key = uuid.uuid4()
    tamper(
        "INSERT INTO audit_log (occurred_at, id, trace_id, actor_type, action) SELECT occurred_at, %s, 't', 'system', 'forged.one' FROM audit_log WHERE entity_id = '1'",
        key,
    )
    (finding,) = check().findings
    assert (finding.kind, finding.entry_id) == ("added", str(key)) and "forged.one" in finding.words


def test_an_entry_moved_to_another_minute_is_both(sealed, tamper):
    tamper(
        "UPDATE audit_log SET occurred_at = (SELECT occurred_at FROM audit_log WHERE entity_id = '9') WHERE entity_id = '1'"
    )
    assert sorted(finding.kind for finding in check().findings) == ["added", "deleted"]


def test_a_changed_seal_is_named(sealed, tamper):
    tamper("UPDATE audit_seals SET leaves = ''::bytea, rows = 0 WHERE rows = 3")
    assert {"seal", "added"} == {finding.kind for finding in check().findings}


def test_a_missing_seal_is_named(sealed, tamper):
    tamper("DELETE FROM audit_seals WHERE rows = 3")
    assert "chain" in {finding.kind for finding in check().findings}


def test_the_newest_root_is_logged_once_it_is_committed(commit, app, caplog):
    commit(record, "x.y", ("t", "1"))
    with caplog.at_level(logging.INFO, logger="pressroom.audit.seals"):
        made = seal_and_note(NO_MARGIN)
    assert f"place={made.day}#{made.seq} " in caplog.text and f"rows=1 root={made.root_hash} key=" in caplog.text


def test_the_command_names_it_and_says_no(sealed, tamper, app, plain):
    runner = app.test_cli_runner()
    seal_and_note(NO_MARGIN)
    good = runner.invoke(args=["audit", "verify"])
    assert good.exit_code == 0 and "Nothing was changed" in good.output
    (key,) = plain.execute("SELECT id FROM audit_log WHERE entity_id = '1'").fetchone()
    tamper("DELETE FROM audit_log WHERE id = %s", key)
    bad = runner.invoke(args=["audit", "verify"])
    assert bad.exit_code == 1 and f"Entry {key} was deleted" in bad.output
    assert '"kind": "deleted"' in runner.invoke(args=["audit", "verify", "--json"]).output


def test_the_last_two_seconds_wait(commit):
    commit(record, "x.y", ("t", "1"))
    assert commit(seal).rows == 0
    assert commit(seal, NO_MARGIN).rows == 1
