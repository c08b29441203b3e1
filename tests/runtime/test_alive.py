"""The health check of containers without a port: a process of this machine has reported lately, or it has not."""

from __future__ import annotations

import base64
import socket

import pytest
from click.testing import CliRunner, Result

from app.cli.alive import alive
from app.core.heartbeats import depart, report
from app.core.transactions import transaction


def ask(*words: str) -> Result:
    return CliRunner().invoke(alive, words)


def test_it_tells_a_process_that_reports_from_one_that_does_not(app, settings, tmp_path, monkeypatch, owner):
    """(S17) Of this machine and of this kind; another machine's report, an old one and a database that is away do not count."""
    for name, value in {
        "DATABASE_URL": settings.libpq_url, "REDIS_URL": settings.redis_url, "PRESSROOM_DATA": str(tmp_path), "SECRET_KEY": "x" * 40,
        "PRESSROOM_KEYS": "test:" + base64.b64encode(bytes(32)).decode(),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert ask("publish").exit_code == 1
    transaction(report, "publish")
    assert ask("publish").exit_code == 0 and ask("clock").exit_code == 1
    with owner.begin() as connection:
        connection.exec_driver_sql("UPDATE worker_heartbeats SET seen_at = seen_at - interval '1 minute'")
    assert ask("publish").exit_code == 1
    with owner.begin() as connection:
        connection.exec_driver_sql("UPDATE worker_heartbeats SET host = 'another', seen_at = app_now()")
    silent = ask("publish")
    assert silent.exit_code == 1 and socket.gethostname() in silent.stderr
    transaction(depart, "publish")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:canary@127.0.0.1:9/x")
    unreachable = ask("publish")
    assert unreachable.exit_code == 1 and "canary" not in unreachable.output


@pytest.mark.parametrize("words", [[], ["web"], ["publish", "clock"]])
def test_an_unknown_kind_is_a_mistake(words):
    assert ask(*words).exit_code == 2
