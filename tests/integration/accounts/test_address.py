"""Secrets do not follow a changed address, and nobody else answers for an account than who did before (S3)."""

from __future__ import annotations

import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts import actions, queries, services, unseal
from app.accounts.actions import connection
from app.accounts.connect_input import ConnectInput
from app.accounts.shared_sessions import SharedSessions
from app.audit.models import AuditEntry
from app.core.db import db
from app.core.transactions import transaction
from app.lib.errors import Invalid
from app.platforms import registry
from app.platforms.base import Refused, SecretField, Verified
from app.publishing.models import PublishRecord
from tests.factories import make_account, make_record, unseal_account

TOKEN, FRESH = "Zq8mK2vTx7LpR4wN9sYb", "Yb8mK2vTx7LpR4wN9sZq"


def mastodon(commit: Any, instance: str = "https://127.0.0.1", **columns: Any) -> Any:
    settings = {"instance": instance, "limits": {"text": 7}, "min_gap": 5}
    return commit(make_account, "mastodon", secrets={"access_token": TOKEN}, configuration=settings, **columns)


def send(desk: Any, account: Any, instance: str, token: str = "") -> Any:
    form = {"name": account.account_name, "config_instance": instance, "secret_access_token": token}
    return desk.post(f"/accounts/{account.id}/reconnect", data=form)


def fresh(account: Any) -> Any:
    db.session.expire_all()
    return queries.by_id(account.id)


def changes() -> list[dict[str, Any]]:
    statement = sa.select(AuditEntry.changes).where(AuditEntry.entity_type == "platform_credentials")
    return [one for one in db.session.scalars(statement.order_by(AuditEntry.id)) if one]


@pytest.mark.parametrize(
    "elsewhere", ["https://localhost", "https://127.0.0.1:8443", "http://127.0.0.1", "https://127.0.0.1/tenant"]
)
def test_a_changed_address_needs_the_secret_anew(as_user: Any, commit: Any, elsewhere: str) -> None:
    """(S3) Beside the field of the secret, and nothing is changed by the try."""
    account, desk = mastodon(commit), as_user("operator")
    answer = send(desk, account, elsewhere)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "The address changed: enter the access token again, it is not sent to another server." in page
    assert fresh(account).configuration["instance"] == "https://127.0.0.1" and fresh(account).status == "active"
    assert send(desk, account, elsewhere, FRESH).status_code == 303
    assert unseal.unseal(fresh(account)).secrets == {"access_token": FRESH}
    assert fresh(account).configuration == {"instance": elsewhere, "min_gap": 5}, "what the old server told is gone"
    assert {"instance": ["https://127.0.0.1", elsewhere]}.items() <= changes()[-1].items()
    assert FRESH not in str(changes())


@pytest.mark.parametrize("same", ["127.0.0.1", "HTTPS://127.0.0.1/", "https://127.0.0.1:443", " https://127.0.0.1/ "])
def test_the_same_address_written_otherwise_keeps_the_secret(as_user: Any, commit: Any, same: str) -> None:
    """(S3)"""
    account = mastodon(commit)
    assert send(as_user("operator"), account, same).status_code == 303
    assert unseal.unseal(fresh(account)).secrets == {"access_token": TOKEN}
    assert fresh(account).configuration["limits"] == {"text": 7}


def test_two_tabs_never_bring_the_address_of_one_and_the_secret_of_the_other_together(
    as_user: Any, commit: Any
) -> None:
    """(S3) Tab one moves the account with a token for there; tab two, opened before, saves with its secret left empty."""
    account, desk = mastodon(commit), as_user("operator")
    assert send(desk, account, "https://localhost", FRESH).status_code == 303
    assert send(desk, account, "https://127.0.0.1").status_code == 422
    assert fresh(account).configuration["instance"] == "https://localhost"


def test_the_verb_itself_refuses_whatever_page_asked(commit: Any, app: Any) -> None:
    """(S3) Two requests at once: both saw the old row, the second is asked of the locked one."""
    account = mastodon(commit)
    seen = fresh(account)
    moved = ConnectInput("mastodon", seen.account_name, {"access_token": FRESH}, {"instance": "https://localhost"})
    commit(lambda: actions.reconnect(queries.by_id(account.id), moved))
    late = ConnectInput("mastodon", seen.account_name, {}, {"instance": "https://127.0.0.1"})
    with pytest.raises(Invalid) as refused:
        commit(actions.reconnect, seen, late)
    assert "secret_access_token" in refused.value.errors


def test_an_optional_secret_does_not_follow_either(commit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """(S3) Left empty it is no error, and it is not kept."""
    spec = registry.get("mastodon").spec
    more = replace(spec, secrets=(*spec.secrets, SecretField("extra", "Extra", required=False)))
    monkeypatch.setattr(connection, "spec_of", lambda _slug: more)
    account = mastodon(commit)
    with_both = {"access_token": TOKEN, "extra": "0123456789"}
    for where, secrets, kept in (
        ("https://127.0.0.1", with_both, with_both),
        ("https://127.0.0.1:443", {}, with_both),
        ("https://localhost", {"access_token": FRESH}, {"access_token": FRESH}),
    ):
        typed = ConnectInput("mastodon", account.account_name, secrets, {"instance": where})
        commit(lambda typed=typed: actions.reconnect(queries.by_id(account.id), typed))
        assert unseal.unseal(fresh(account)).secrets == kept


def test_an_address_and_a_secret_that_were_typed_together_stay_together(app: Any, commit: Any) -> None:
    """(S3) Many tabs at the same moment: half move the account, half change its token and leave the address. Whatever is in
    the row, the token is the one that was typed beside its address."""
    account = mastodon(commit)
    ways = [(f"https://h{n}.example", f"token-of-{n}-0123456789") for n in range(4)]
    ways += [("https://127.0.0.1", "") for _ in range(4)]

    def tab(where: str, token: str) -> None:
        with app.app_context():
            typed = ConnectInput("mastodon", account.account_name, {"access_token": token}, {"instance": where})
            try:
                transaction(lambda: actions.reconnect(queries.by_id(account.id), typed))
            except Invalid as refused:
                assert not token and "secret_access_token" in refused.errors

    threads = [threading.Thread(target=tab, args=way) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = fresh(account)
    assert (kept.configuration["instance"], unseal.unseal(kept).secrets["access_token"]) in ways[:4]


def test_a_webhook_that_moves_needs_its_secret_anew(as_user: Any, commit: Any) -> None:
    """(S3)"""
    secret = "whsec_" + "A" * 32
    settings = {"url": "https://127.0.0.1/one"}
    account = commit(make_account, "webhook", secrets={"secret": secret}, configuration=settings)
    form = {"name": account.account_name, "config_url": "https://127.0.0.1/two", "secret_secret": ""}
    answer = as_user("operator").post(f"/accounts/{account.id}/reconnect", data=form)
    assert answer.status_code == 422 and "enter the signing secret again" in answer.get_data(as_text=True)


def test_a_session_of_the_old_address_is_dropped_and_none_comes_back(commit: Any) -> None:
    """(S3) A worker that refreshed at the old server writes its session down after the move; the password is the same."""
    secret = {"app_password": "abcd-efgh-1234-wxyz"}
    old = {"identifier": "desk.example", "service": "https://old.example", "pds": "https://old.example", "handle": "d"}
    account = commit(make_account, "bluesky", secrets=secret, configuration=old)
    worker, sessions = unseal_account(account.id), SharedSessions()
    sessions.put(worker, {"access": "A1"})
    there = {"identifier": "desk.example", "service": "https://new.example"}
    commit(
        lambda: actions.reconnect(
            queries.by_id(account.id), ConnectInput("bluesky", account.account_name, secret, there)
        )
    )
    assert sessions.get(worker) is None and fresh(account).configuration == there
    sessions.put(worker, {"access": "A2"})
    assert sessions.get(worker) is None
    assert not transaction(unseal.is_current, worker), "what the old server answers says nothing about the account"


def test_an_account_that_comes_back_under_its_name_brings_nothing_of_its_old_address(commit: Any) -> None:
    """(S3) Disconnected, then connected again elsewhere: the same row."""
    account = mastodon(commit, remote_account="mastodon:127.0.0.1:1", account_id="1")
    commit(lambda: actions.disconnect(queries.by_id(account.id)))
    typed = ConnectInput("mastodon", account.account_name, {"access_token": FRESH}, {"instance": "https://localhost"})
    again = commit(actions.connect, typed)
    assert again.id == account.id and "limits" not in again.configuration
    assert {"instance": ["https://127.0.0.1", "https://localhost"]}.items() <= changes()[-1].items()
    commit(
        actions.settle_check,
        account.id,
        Verified("1", "@desk@localhost", configuration={"instance": "https://localhost"}),
    )
    assert fresh(account).status == "invalid"


def test_the_same_number_on_another_server_is_another_account(commit: Any, as_user: Any) -> None:
    """(S3) What waits is held, not sent to whoever answers now; old and new identity stand in the audit."""
    account = mastodon(commit)
    root = {"instance": "https://127.0.0.1"}
    commit(actions.settle_check, account.id, Verified("109", "@desk@127.0.0.1", configuration=root))
    assert fresh(account).remote_account == "mastodon:127.0.0.1:109"
    waits = commit(make_record, platform="mastodon", account=account)
    assert send(as_user("operator"), account, "https://localhost", FRESH).status_code == 303
    elsewhere = {"instance": "https://localhost"}
    commit(actions.settle_check, account.id, Verified("109", "@desk@localhost", configuration=elsewhere))
    account = fresh(account)
    assert account.status == "invalid" and account.remote_account == "mastodon:127.0.0.1:109"
    assert "Another server answers" in account.meta["check"]["message"]
    assert {"remote_account": ["mastodon:127.0.0.1:109", "mastodon:localhost:109"]} in changes()
    assert transaction(lambda: db.session.get(PublishRecord, waits.id).status) == "pending"
    page = as_user("operator").get(f"/accounts/{account.id}").get_data(as_text=True)
    assert "connect that one as a new account" in page
    assert send(as_user("operator"), account, "https://127.0.0.1", TOKEN).status_code == 303
    commit(actions.settle_check, account.id, Verified("109", "@desk@127.0.0.1", configuration=root))
    assert fresh(account).status == "active", "put back as it was, what waits goes on"


def test_a_did_is_the_same_account_on_another_server(commit: Any) -> None:
    """(S3) Moving a repository to another PDS is what DIDs are for."""
    account = commit(make_account, "bluesky", remote_account="bluesky:did:plc:a", account_id="did:plc:a")
    commit(
        actions.settle_check, account.id, Verified("did:plc:a", "@desk", configuration={"pds": "https://new.example"})
    )
    assert fresh(account).status == "active"
    commit(actions.settle_check, account.id, Verified("did:plc:b", "@else"))
    assert fresh(account).status == "invalid"


def test_an_answer_about_the_old_address_is_no_word_on_the_new_one(commit: Any) -> None:
    """(S3) The check was under way while the account moved."""
    account = mastodon(commit)
    _, before = transaction(unseal.unseal_with_version, account.id)
    moved = ConnectInput("mastodon", account.account_name, {"access_token": TOKEN}, {"instance": "https://localhost"})
    commit(lambda: actions.reconnect(queries.by_id(account.id), moved))
    commit(actions.settle_check, account.id, Verified("1", "@old"), before)
    commit(actions.settle_check, account.id, Refused("no"), before)
    assert fresh(account).status == "checking" and fresh(account).remote_account == ""


def test_a_receiver_at_another_address_is_another_receiver(commit: Any) -> None:
    """(S3) A webhook has no id but its address: moved within http and https it is the same, elsewhere it is not."""
    settings, place = {"url": "http://127.0.0.1/in"}, "webhook:127.0.0.1/in"
    account = commit(make_account, "webhook", name="Hook", configuration=settings, remote_account=place)
    commit(actions.settle_check, account.id, Verified("https://127.0.0.1/in/", "Hook"))
    assert fresh(account).status == "active"
    commit(actions.settle_check, account.id, Verified("https://127.0.0.1/out?k=0123", "Hook"))
    account = fresh(account)
    assert account.status == "invalid" and "Another server answers for Hook" in account.meta["check"]["message"]
    assert "0123" not in str(changes())


class _Redirecting(BaseHTTPRequestHandler):
    """Sends everybody to `target`, and writes down what it was given."""

    target = ""
    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(str(self.headers))
        self.send_response(302 if self.target else 401)
        if self.target:
            self.send_header("Location", self.target + self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_HEAD = do_GET

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


def _server(target: str = "") -> tuple[ThreadingHTTPServer, list[str]]:
    seen: list[str] = []
    handler = type("Here", (_Redirecting,), {"target": target, "seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server, seen


def test_a_server_that_redirects_does_not_hand_the_token_on(commit: Any) -> None:
    """(S3) Another port is another server."""
    there, heard = _server()
    here, asked = _server(f"http://127.0.0.1:{there.server_port}")
    try:
        account = mastodon(commit, f"http://127.0.0.1:{here.server_port}", status="checking")
        services.verify(account.id)
        assert asked and TOKEN in asked[0]
        assert heard and TOKEN not in "".join(heard)
        assert fresh(account).status == "checking"
    finally:
        for server in (here, there):
            server.shutdown()
            server.server_close()


def test_a_setting_that_is_no_number_is_refused_beside_its_field_on_connecting_again(as_user: Any, commit: Any) -> None:
    """(S15) Whether the address had changed was asked first, and the question took the number for one."""
    account = commit(make_account, "sandbox", configuration={"behaviour": "accepts"})
    for typed in ("The Oyaishi", "²", "١٢", "9" * 500):
        data = {"name": account.account_name, "config_behaviour": "accepts", "config_delay": typed}
        answer = as_user("operator").post(f"/accounts/{account.id}/reconnect", data=data)
        assert answer.status_code == 422 and "Enter a whole number, like 10." in answer.text


def test_the_help_of_a_secret_that_is_asked_for_anew_does_not_say_that_empty_keeps_it(
    as_user: Any, commit: Any
) -> None:
    """(S15) Two sentences that contradict each other stood one above the other."""
    account = commit(
        make_account, "mastodon", secrets={"access_token": "x" * 20}, configuration={"instance": "https://a.example"}
    )
    page = f"/accounts/{account.id}/reconnect"
    operator = as_user("operator")
    assert "Leave empty to keep the one we have" in operator.get(page).text
    refused = operator.post(page, data={"name": account.account_name, "config_instance": "https://b.example"})
    assert refused.status_code == 422 and "The address changed: enter the access token again" in refused.text
    assert "Leave empty to keep the one we have" not in refused.text
