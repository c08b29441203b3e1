"""Spec A's table of credentials stands: its columns, checks, index names, inserts and its query of expired ones."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
import sqlalchemy.exc

from app.accounts import queries
from app.core.db import db

INSERT = (
    "INSERT INTO platform_credentials (platform, account_name, credential_type, credentials) "
    "VALUES ('bilibili', 'zenithjoy_official', 'cookie', '{\"cookies\": {}}'::jsonb)"
)
EXPIRED = "SELECT * FROM platform_credentials WHERE expires_at < NOW() AND status = 'active' ORDER BY expires_at DESC"


def run(statement: str) -> Any:
    return db.session.execute(sa.text(statement))


def test_as_insert_works_and_its_defaults_hold(commit: Any) -> None:
    commit(run, INSERT)
    row = queries.by_name("bilibili", "zenithjoy_official")
    assert row.status == "active" and row.meta == {} and row.expires_at is None and row.created_at and row.updated_at


def test_one_credential_per_account_and_platform(commit: Any) -> None:
    commit(run, INSERT)
    with pytest.raises(sqlalchemy.exc.IntegrityError, match="platform_credentials_platform_account_name_key"):
        commit(run, INSERT)


@pytest.mark.parametrize("column, value", [("status", "broken"), ("credential_type", "handshake")])
def test_checks_refuse_what_is_not_in_the_table(commit: Any, column: str, value: str) -> None:
    commit(run, INSERT)
    with pytest.raises(sqlalchemy.exc.IntegrityError, match=f"platform_credentials_{column}_check"):
        commit(run, f"UPDATE platform_credentials SET {column} = '{value}'")


def test_index_names_and_the_trigger_are_as(app: Any) -> None:
    names = set(
        db.session.scalars(sa.text("SELECT indexname FROM pg_indexes WHERE tablename = 'platform_credentials'"))
    )
    assert {
        "idx_platform_credentials_platform_account",
        "idx_platform_credentials_status",
        "idx_platform_credentials_expires_at",
    } <= names
    triggers = set(
        db.session.scalars(sa.text("SELECT tgname FROM pg_trigger WHERE tgrelid = 'platform_credentials'::regclass"))
    )
    assert "update_platform_credentials_updated_at" in triggers


def test_the_query_of_expired_ones_returns_the_expected_rows(commit: Any) -> None:
    rows = (
        ("over", "active", "- interval '2 hours'"),
        ("just over", "active", "- interval '1 minute'"),
        ("soon", "active", "+ interval '1 day'"),
        ("known", "expired", "- interval '1 day'"),
        ("wrong", "invalid", "- interval '1 day'"),
        ("new", "checking", "- interval '1 day'"),
    )
    for name, status, end in rows:
        commit(
            run,
            "INSERT INTO platform_credentials (platform, account_name, credential_type, credentials, status, expires_at) "
            f"VALUES ('x', '{name}', 'oauth', '{{}}', '{status}', now() {end})",
        )
    assert [row.account_name for row in run(EXPIRED)] == ["just over", "over"]
    assert [account.account_name for account in queries.expired_accounts()] == ["just over", "over"]


def test_a_row_made_by_hand_for_a_platform_without_a_connector_is_shown_and_left_alone(
    commit: Any, as_user: Any
) -> None:
    from datetime import timedelta

    from app.accounts import services

    commit(run, INSERT)
    account = queries.by_name("bilibili", "zenithjoy_official")
    browser = as_user("operator")
    assert "No connector" in browser.get(f"/accounts/{account.id}").get_data(as_text=True)
    assert "zenithjoy_official" in browser.get("/accounts").get_data(as_text=True)
    assert services.verify(account.id) is None and queries.due_for_check(timedelta(0)) == []
