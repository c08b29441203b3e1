"""The key ring: rotating, listing, what a missing key says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts import queries, sealing
from app.core import crypto
from app.core.db import db
from tests.factories import make_account

OLD, NEW = ("test", bytes(range(32))), ("next", bytes(range(1, 33)))


@pytest.fixture
def ring(app: Any) -> Iterator[Any]:
    def put(*keys: tuple[str, bytes]) -> None:
        app.extensions["keyring"] = crypto.KeyRing(keys)

    before = app.extensions["keyring"]
    yield put
    app.extensions["keyring"] = before


def secret(account: Any) -> Any:
    db.session.expire_all()
    row = queries.by_id(account.id)
    return sealing.open_tree(row.id, row.credentials)


def test_rotate_moves_every_row_and_the_old_key_may_go(app: Any, commit: Any, ring: Any) -> None:
    accounts = [
        commit(make_account, "sandbox", secrets={"token": f"s{n}", "session": {"refresh": "r"}}) for n in range(3)
    ]
    ring(NEW, OLD)
    run = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert run.exit_code == 0 and "3 accounts resealed" in run.output
    ring(NEW)
    assert [secret(a)["token"] for a in accounts] == ["s0", "s1", "s2"]
    again = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert "0 accounts resealed" in again.output


def test_rotate_goes_on_past_a_row_that_does_not_open(app: Any, commit: Any, ring: Any) -> None:
    lost = commit(make_account, "sandbox", secrets={"token": "lost"})
    ring(NEW)
    found = commit(make_account, "sandbox", secrets={"token": "found"})
    run = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert run.exit_code == 1 and str(lost.id) in run.output and "lost" not in run.output.replace(str(lost.id), "")
    assert secret(found) == {"token": "found"}


def test_list_says_which_key_may_be_removed(app: Any, commit: Any, ring: Any) -> None:
    commit(make_account, "sandbox", secrets={"token": "x"})
    ring(NEW, OLD, ("spare", bytes(32)))
    lines = app.test_cli_runner().invoke(args=["keys", "list"]).output.splitlines()
    assert "seals new secrets" in lines[0] and "flask keys rotate" in lines[1] and "may be removed" in lines[2]


def test_a_value_written_by_plain_sql_is_refused_until_it_is_sealed(app: Any, commit: Any, ring: Any) -> None:
    insert = "INSERT INTO platform_credentials (platform, account_name, credential_type, credentials) VALUES ('sandbox', 'by-hand', 'cookie', '{\"cookies\": {\"sid\": \"clear\"}}')"
    commit(lambda: db.session.execute(sa.text(insert)))
    account = queries.by_name("sandbox", "by-hand")
    with pytest.raises(crypto.Unsealable, match="flask keys rotate"):
        sealing.open_tree(account.id, account.credentials)
    app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert secret(account) == {"cookies": {"sid": "clear"}}
    raw = db.session.scalar(sa.text("SELECT credentials::text FROM platform_credentials"))
    assert "clear" not in raw


def test_a_sealed_value_does_not_open_in_another_row_or_field(commit: Any, app: Any) -> None:
    one, two = (commit(make_account, "sandbox", secrets={"a": "1", "b": "2"}) for _ in range(2))
    with pytest.raises(crypto.Unsealable):
        sealing.open_tree(two.id, one.credentials)
    with pytest.raises(crypto.Unsealable):
        sealing.open_tree(one.id, {"b": one.credentials["a"]})
