"""Shared session tokens: sealed, one refresh at a time, never replaced by less than there was."""

from __future__ import annotations

import threading
import time
from typing import Any

import sqlalchemy as sa

from app.accounts import actions, queries
from app.accounts.connect_input import ConnectInput
from app.accounts.shared_sessions import SharedSessions
from app.core.db import db
from app.core.transactions import outbound_allowed
from app.platforms.base import UnsealedAccount
from tests.factories import make_account, unseal_account


def opened(commit: Any, **secrets: str) -> UnsealedAccount:
    return unseal_account(
        commit(make_account, "bluesky", secrets=secrets or {"app_password": "abcd-efgh-1234-wxyz"}).id
    )


def test_a_session_is_shared_and_sealed(commit: Any) -> None:
    account, sessions = opened(commit), SharedSessions()
    assert sessions.get(account) is None
    sessions.put(account, {"access": "AAA-access", "refresh": "RRR-refresh"})
    assert SharedSessions().get(account) == {"access": "AAA-access", "refresh": "RRR-refresh"}
    raw = db.session.scalar(sa.text("SELECT credentials::text FROM platform_credentials"))
    assert "AAA-access" not in raw and "RRR-refresh" not in raw
    assert unseal_account(account.key).secrets == {"app_password": "abcd-efgh-1234-wxyz"}


def test_an_empty_refresh_token_never_overwrites(commit: Any) -> None:
    account, sessions = opened(commit), SharedSessions()
    sessions.put(account, {"access": "A1", "refresh": "R1"})
    sessions.put(account, {"access": "A2", "refresh": ""})
    assert sessions.get(account) == {"access": "A2", "refresh": "R1"}


def test_a_session_of_replaced_secrets_is_not_kept(commit: Any) -> None:
    account, sessions = opened(commit), SharedSessions()
    entry = ConnectInput(
        "bluesky", account.name, {"app_password": "wxyz-1234-efgh-abcd"}, {"identifier": "desk.example"}
    )
    commit(lambda: actions.reconnect(queries.by_id(account.key), entry))
    sessions.put(account, {"access": "old"})
    assert sessions.get(account) is None


def test_reconnecting_drops_the_old_session(commit: Any) -> None:
    account, sessions = opened(commit), SharedSessions()
    sessions.put(account, {"access": "A1"})
    entry = ConnectInput(
        "bluesky", account.name, {"app_password": "wxyz-1234-efgh-abcd"}, {"identifier": "desk.example"}
    )
    commit(lambda: actions.reconnect(queries.by_id(account.key), entry))
    assert sessions.get(account) is None


def test_two_workers_refresh_once(app: Any, commit: Any) -> None:
    """Both find it stale; one refreshes, the other waits, looks again and finds a fresh one. No transaction is held."""
    account, refreshed, held = opened(commit), [], []

    def worker() -> None:
        with app.app_context():
            sessions = SharedSessions()
            with sessions.lock(account):
                held.append(outbound_allowed())
                if sessions.get(account) is None:
                    refreshed.append(1)
                    time.sleep(0.3)  # how long the refresh takes: the others come meanwhile
                    sessions.put(account, {"access": "fresh"})

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refreshed == [1] and held == [True] * 4


def test_a_dead_holder_blocks_nobody_for_long(app: Any, commit: Any, monkeypatch: Any) -> None:
    from app.accounts import shared_sessions as module

    monkeypatch.setattr(module, "WAIT", 0.3)
    account = opened(commit)
    with SharedSessions().lock(account):
        began = time.monotonic()
        with SharedSessions().lock(account):
            assert 0.25 < time.monotonic() - began < 5
