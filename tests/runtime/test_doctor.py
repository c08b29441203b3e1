"""`flask doctor`: planted faults, each found and named with its remedy."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.audit.actions import note_roots, record, seal
from app.audit.models import SEAL_ALARM
from app.audit.roots_file import RootsFile
from app.cli.doctor.command import run_checks
from app.cli.doctor.finding import Finding
from app.core import settings as desk_settings
from app.core import transactions
from app.environment import ROOT, Environment
from app.factory import Pressroom
from tests.factories import make_account, make_record, make_user

KEY = base64.b64encode(bytes(range(32))).decode()
Examine = Callable[..., list[Finding]]


@pytest.fixture
def desk(app: Pressroom, settings: Environment, tmp_path: Path) -> Examine:
    """Examines a healthy desk with the faults planted as variables; on it are two people and every process reports."""
    healthy = {
        "PRESSROOM_DATA": str(tmp_path / "data"), "DATABASE_URL": settings.libpq_url.replace("//pressroom@", "//pressroom_app@"),
        "REDIS_URL": settings.redis_url, "PRESSROOM_KEYS": f"test:{KEY}",
    }  # fmt: skip
    transactions.transaction(make_user, role="admin")
    transactions.transaction(make_user, role="reviewer")
    with sql(settings) as run:
        for kind in ("publish", "default", "clock"):
            run(f"INSERT INTO worker_heartbeats (name, kind, host, pid) VALUES ('{kind}', '{kind}', 'here', 1)")
    return lambda **planted: run_checks(healthy | planted)


@contextmanager
def sql(settings: Environment) -> Iterator[Callable[[Any], Any]]:
    with psycopg.connect(settings.libpq_url, autocommit=True) as link:
        yield link.execute


def fault(found: list[Finding], check: str) -> Finding:
    """The one thing that is wrong, and it has a remedy."""
    wrong = [finding for finding in found if finding.state == "wrong"]
    assert [finding.check for finding in wrong] == [check], wrong
    assert wrong[0].remedy
    return wrong[0]


def test_a_healthy_desk_has_no_fault(desk: Examine) -> None:
    assert [finding for finding in desk() if finding.state != "ok"] == []


def test_1_variables_that_cannot_be_read(desk: Examine) -> None:
    assert {finding.remedy for finding in desk(PORT="x", REDIS_URL="y")} == {
        "correct PORT and run doctor again", "correct REDIS_URL and run doctor again"
    }  # fmt: skip


def test_2_a_misspelt_variable(desk: Examine) -> None:
    found = [finding for finding in desk(PRESSROOM_DEMOS="0") if finding.state == "note"]
    assert [finding.remedy for finding in found] == ["did you mean PRESSROOM_DEMO?"]


def test_3_a_data_folder_that_cannot_be_written(desk: Examine, tmp_path: Path) -> None:
    found = desk(
        PRESSROOM_DATA="/proc/pressroom", FILES_URL=str(tmp_path), PRESSROOM_AUDIT=str(tmp_path), SECRET_KEY="x" * 40
    )
    assert "chown" in fault(found, "data folder").remedy
    assert "PRESSROOM_AUDIT" in fault(desk(PRESSROOM_AUDIT="/proc/pressroom"), "audit folder").remedy


def test_4_a_key_that_others_can_read(desk: Examine, tmp_path: Path) -> None:
    desk()
    (tmp_path / "data" / "secret_key").chmod(0o644)
    assert "chmod 600" in fault(desk(), "keys").remedy


def test_5_an_address_without_encryption(desk: Examine) -> None:
    assert "https://" in fault(desk(PRESSROOM_URL="http://desk.example.org"), "address").remedy


def test_6_no_database(desk: Examine, tmp_path: Path) -> None:
    found = desk(DATABASE_URL="postgresql://u:canary@127.0.0.1:9/desk")
    assert "DATABASE_URL" in fault(found, "database").remedy
    assert "canary" not in str(found)
    assert "make run" in fault(desk(DATABASE_URL=""), "database").remedy


def test_7_a_database_that_does_not_exist(desk: Examine, settings: Environment) -> None:
    absent = settings.libpq_url.replace("/test_", "/absent_", 1)
    assert "create that database" in fault(desk(DATABASE_URL=absent), "database").remedy


def test_8_a_database_that_was_not_migrated_and_one_from_the_future(desk: Examine, settings: Environment) -> None:
    with sql(settings) as run:
        newest = run("SELECT version_num FROM alembic_version").fetchone()[0]
        try:
            run("UPDATE alembic_version SET version_num = '0001'")
            assert fault(desk(), "migrations").remedy == "run: flask db upgrade"
            run("UPDATE alembic_version SET version_num = '9999'")
            assert "newer program" in fault(desk(), "migrations").remedy
        finally:
            run(f"UPDATE alembic_version SET version_num = '{newest}'")


def test_9_no_redis(desk: Examine) -> None:
    found = fault(desk(REDIS_URL="redis://:canary@127.0.0.1:9"), "redis")
    assert "none is lost" in found.says and "canary" not in str(found)


def test_10_a_queue_without_a_worker(desk: Examine, settings: Environment) -> None:
    with sql(settings) as run:
        run("UPDATE worker_heartbeats SET seen_at = app_now() - interval '1 minute' WHERE kind = 'publish'")
    assert "flask worker publish" in fault(desk(), "processes").remedy


def test_11_nobody_who_may_administer(desk: Examine, settings: Environment) -> None:
    with sql(settings) as run:
        run("UPDATE users SET is_active = false WHERE role = 'admin'")
    assert "flask staff create --role admin" in fault(desk(), "people").remedy


def test_12_a_secret_whose_key_is_gone(desk: Examine, settings: Environment) -> None:
    with sql(settings) as run:
        run("CREATE TABLE doctor_trial (trial_sealed text)")
        run("GRANT SELECT ON doctor_trial TO pressroom_app")
        try:
            run("INSERT INTO doctor_trial VALUES ('v1.lost.abc'), ('v1.test.abc')")
            assert "'lost'" in fault(desk(), "sealed secrets").says
        finally:
            run("DROP TABLE doctor_trial")


def test_12b_an_account_whose_key_is_gone(desk: Examine, settings: Environment) -> None:
    transactions.transaction(make_account)
    with sql(settings) as run:
        run("UPDATE platform_credentials SET key_id = 'k0'")
    assert "'k0'" in fault(desk(), "sealed secrets").says


def test_12c_an_audit_trail_that_is_no_longer_sealed(desk: Examine, settings: Environment) -> None:
    columns = "(day, seq, from_at, to_at, rows, root_hash, prev_root, leaves)"
    old = "current_date - 1, 1, now() - interval '2 days', now() - interval '1 day', 0, '', '', ''"
    with sql(settings) as run:
        run(f"INSERT INTO audit_seals {columns} SELECT {old}")
    said = {finding.check: finding.says for finding in desk() if finding.state == "wrong"}
    assert "nothing was sealed" in said["audit"] and "does not match its contents" in said["audit trail"]


def test_12c_two_how_long_is_too_long_is_what_staff_set(desk: Examine, settings: Environment) -> None:
    """The doctor and Home read one setting."""
    columns = "(day, seq, from_at, to_at, rows, root_hash, prev_root, leaves)"
    old = "current_date, 1, now() - interval '21 minutes', now() - interval '20 minutes', 0, '', '', ''"
    with sql(settings) as run:
        run(f"INSERT INTO audit_seals {columns} SELECT {old}")
    assert ["nothing was sealed" in one.says for one in desk() if one.check == "audit"] == [True]
    transactions.transaction(desk_settings.put, SEAL_ALARM.name, "60")
    assert [finding.state for finding in desk() if finding.check == "audit"] == ["ok"]


def test_12d_an_audit_trail_that_lost_its_end(desk: Examine, settings: Environment, tmp_path: Path) -> None:
    """(S10) The doctor holds it against the file outside, and says it each time."""
    transactions.transaction(record, "x.y", ("t", "1"))
    transactions.transaction(seal, timedelta(0))
    transactions.transaction(note_roots, RootsFile(tmp_path / "data" / "audit"))
    assert [finding.state for finding in desk() if finding.check == "audit trail"] == ["ok"]
    with sql(settings) as run:
        run("SET session_replication_role = replica")
        run("DELETE FROM audit_log")
        run("DELETE FROM audit_seals")
    for _ in range(2):
        assert "ahead of this database: 1 seal with" in fault(desk(), "audit trail").says


def test_12d2_a_trail_that_was_not_checked_as_a_whole(desk: Examine, settings: Environment) -> None:
    """(S10) The quick check reads what is new; that the whole one runs each night is looked at, too."""
    transactions.transaction(record, "x.y", ("t", "1"))
    transactions.transaction(seal, timedelta(0))
    desk()
    with sql(settings) as run:
        values = "'all', now() - interval '3 days', 1, 1, 0"
        run(f"INSERT INTO audit_checks (kind, checked_at, seals, rows, problems) VALUES ({values})")
    (said,) = [finding for finding in desk() if finding.check == "audit trail" and finding.state == "note"]
    assert "for 72 hours" in said.says and "flask audit verify" in said.remedy


def test_12e_a_database_in_which_the_web_may_do_everything(desk: Examine, settings: Environment) -> None:
    """(S17) A superuser is a fault, the owner of the tables a note; both say what to make instead."""
    assert "DATABASE_OWNER_URL" in fault(desk(DATABASE_URL=settings.libpq_url), "rights").remedy
    with sql(settings) as run:
        run("GRANT DELETE ON audit_log TO pressroom_app")
        try:
            (said,) = [finding for finding in desk() if finding.check == "rights"]
        finally:
            run("REVOKE DELETE ON audit_log FROM pressroom_app")
    assert said.state == "note" and "may change audit_log" in said.says


def test_13_a_full_disk(desk: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.doctor.environment.ROOM_NEEDED", 2**62)
    assert "PRESSROOM_DATA" in fault(desk(), "disk").remedy


def test_14_clocks_that_differ(desk: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.doctor.servers.MOST_APART", -1)
    assert "NTP" in fault(desk(), "clock").remedy


def test_15_a_clock_that_has_jumped(desk: Examine, settings: Environment) -> None:
    with sql(settings) as run:
        run(
            "INSERT INTO clock_state (id, jumped_from, jumped_at, moved_by) VALUES (1, app_now() - interval '20 min', app_now(), 1200)"
            " ON CONFLICT (id) DO UPDATE SET jumped_from = excluded.jumped_from, jumped_at = excluded.jumped_at, moved_by = excluded.moved_by"
        )
    assert "jumped forward by 20 min" in fault(desk(), "clock").says


def test_16_an_open_alarm_of_publishing(desk: Examine, settings: Environment) -> None:
    with sql(settings) as run:
        run(
            "INSERT INTO publish_holds (scope, scope_id, reason, note) VALUES ('record', 'r1', 'invariant', 'Out twice: a, b.')"
        )
    assert "Out twice" in fault(desk(), "publishing").says


def test_17_two_posts_of_one_record_that_nobody_was_told_of(desk: Examine, settings: Environment) -> None:
    key = transactions.transaction(make_record, status="success").id
    with sql(settings) as run:
        for number, post in enumerate("ab", start=1):
            run(
                "INSERT INTO publish_attempts (record_id, number, step, outcome, post_id)"
                f" VALUES ('{key}', {number}, 'commit', 'yes', '{post}')"
            )
    assert str(key) in fault(desk(), "publishing").says


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    program = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(program, cwd=ROOT, env=keep | environment, capture_output=True, text=True, timeout=60)


def test_it_runs_when_nothing_else_does_and_speaks_to_machines(tmp_path: Path) -> None:
    done = command("doctor", "--json", PORT="x", PRESSROOM_DATA=str(tmp_path))
    assert done.returncode == 1
    assert [one["check"] for one in json.loads(done.stdout)] == ["environment"]


def test_other_commands_say_what_to_correct_when_the_environment_is_wrong(tmp_path: Path) -> None:
    done = command("db", "upgrade", PORT="x", PRESSROOM_DATA=str(tmp_path))
    assert done.returncode == 1 and "PORT" in done.stderr and "Traceback" not in done.stderr


def test_migrating_needs_neither_redis_nor_keys(settings: Environment) -> None:
    done = command(
        "db",
        "upgrade",
        PRESSROOM_DATA="/proc/pressroom",
        DATABASE_URL=settings.libpq_url,
        REDIS_URL="redis://127.0.0.1:9",
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("came_from", "forwarded", "says"),
    [
        (("172.18.0.1",) * 4, True, "note"),
        (("172.18.0.1",) * 4, False, "ok"),
        (("172.18.0.1", "10.0.0.7", "172.18.0.1"), True, "ok"),
        (("8.8.8.8",) * 4, True, "ok"),
        (("172.18.0.1",) * 2, True, None),
    ],
)
def test_a_proxy_that_nobody_declared_is_named(
    desk: Examine, settings: Environment, came_from, forwarded, says
) -> None:
    """(S9) Everybody comes from one private address with X-Forwarded-For: one stranger would lock out all new devices."""
    with sql(settings) as run:
        for n, ip in enumerate(came_from):
            run(
                "INSERT INTO user_sessions (user_id, token_hash, ip_address, was_forwarded, expires_at)"
                f" SELECT id, '{n}', '{ip}', {forwarded}, now() + interval '1 hour' FROM users LIMIT 1"
            )
    found = [finding for finding in desk() if finding.check == "proxy"]
    assert [finding.state for finding in found] == ([says] if says else [])
    assert says != "note" or "PRESSROOM_PROXIES=1" in found[0].remedy


def test_jobs_that_somebody_else_put_into_redis_are_named(desk: Examine) -> None:
    """(S11)"""
    from app.audit import refusals

    refusals._last_job_at = -refusals.JOBS_EVERY
    refusals.record_refused_job("publish", "This job was not made by the desk: it names another function.")
    assert "another function" in fault(desk(), "jobs").says
