"""The streak and the breaker, as every delivery ends in them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts import actions, queries
from app.accounts.actions.checks import settle_check
from app.audit.models import AuditEntry
from app.core.db import db
from app.platforms.base import Refused
from tests.factories import make_account


def fail(commit: Any, account: Any, times: int, kind: str = "platform_error") -> list[bool]:
    return [commit(actions.note_failure, account.id, kind) for _ in range(times)]


def test_five_failures_in_a_row_open_it_and_a_success_closes_it(commit: Any) -> None:
    account = commit(make_account, "sandbox")
    assert fail(commit, account, 5) == [False, False, False, False, True]
    row = queries.by_id(account.id)
    assert row.failure_streak == 5 and row.breaker_open_until is not None
    commit(actions.note_success, account.id)
    db.session.expire_all()
    row = queries.by_id(account.id)
    assert (row.failure_streak, row.breaker_open_until) == (0, None) and row.last_used_at is not None


def test_the_try_after_the_pause_opens_it_again_and_is_told_once(commit: Any) -> None:
    account = commit(make_account, "sandbox")
    fail(commit, account, 5)
    before = queries.by_id(account.id).breaker_open_until
    assert fail(commit, account, 1) == [True]
    db.session.expire_all()
    assert queries.by_id(account.id).breaker_open_until > before
    told = sa.select(sa.func.count()).where(AuditEntry.action == "accounts.breaker_open")
    assert db.session.scalar(told) == 1


def test_only_what_says_something_about_the_account_is_counted(commit: Any) -> None:
    account = commit(make_account, "sandbox")
    for kind in ("content_rejected", "rate_limit", "auth_failed", "unknown", None):
        assert fail(commit, account, 6, kind) == [False] * 6
    assert queries.by_id(account.id).failure_streak == 0


@pytest.mark.parametrize(
    ("field", "word", "key"),
    [("instance", "Address unusable", "bad_address"), ("access_token", "Sign-in refused", "invalid")],
)
def test_the_badge_and_the_filter_tell_a_bad_address_from_a_refused_sign_in(app, commit, as_user, field, word, key):
    account = commit(make_account, "mastodon", "Faulty")
    commit(settle_check, account.id, Refused("It does not work.", field=field))
    viewer = as_user("viewer")
    assert f"{word}</span>" in viewer.get(f"/accounts/{account.id}").get_data(as_text=True)
    for status in ("invalid", "bad_address"):
        html = viewer.get(f"/accounts?status={status}").get_data(as_text=True)
        assert ("Faulty" in html and f"{word}</span>" in html) == (status == key)
