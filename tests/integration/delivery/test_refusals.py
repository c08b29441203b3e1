"""What a refusal says of the account: its limits are read again (D12), and the right thing is blamed (D13)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from app.accounts import services
from app.accounts.models import Account
from app.content.preview import preview
from app.core import queue
from app.core.db import db
from app.core.transactions import transaction
from app.lib.errors import Invalid
from tests import publishing_desk as desk
from tests.fakes.client import Fake

LINK = "https://example.org/" + "x" * 200  # 220
LONG = "a" * 470 + " " + LINK
FAMILIES = "👨‍👩‍👧‍👦" * 100  # 700 code points, 100 that people see
TOKEN = {"access_token": "t-desk-0123456789"}


@pytest.fixture(scope="module")
def process() -> Iterator[Fake]:
    with Fake(dialect="gotosocial") as fake:
        yield fake


@pytest.fixture
def fake(app: Any, process: Fake) -> Fake:
    process.reset()
    return process


def account_at(fake: Fake) -> uuid.UUID:
    """An account whose limits were read a while ago."""
    account = desk.account("mastodon", secrets=TOKEN, configuration={"instance": fake.url, "min_gap": 0})
    services.verify(account)
    long_ago(account)
    return account


def long_ago(account: uuid.UUID) -> None:
    desk.by_hand(
        "UPDATE platform_credentials SET last_verified_at = now() - interval '31 seconds',"
        " metadata = metadata - 'check' - 'asked' WHERE id = :id",
        id=account,
    )


def row(account: uuid.UUID) -> Account:
    return transaction(lambda: db.session.get_one(Account, account, populate_existing=True))


def rung() -> list[str]:
    """The checks of accounts that were asked for and not done yet."""
    target = Queue("default", connection=queue.worker_client(), serializer=JSONSerializer)
    return [job.args[1] for job in target.jobs if job.args[0] == "accounts.verify"]


def shown(account: uuid.UUID, text: str, **options: str) -> str:
    """What the composer's counter says of this text for this account: its words and its tone."""
    own = {"text": text, "options": options}
    made = preview({"body": "", "variants": {"mastodon": own}}, "mastodon", None, row(account).configuration)
    return f"{made.count.text} {made.count.tone}".strip()


@pytest.mark.parametrize(
    ("dialect", "text", "used"),
    [("gotosocial", LONG, 691), ("gotosocial", FAMILIES, 700), ("pleroma", LONG, 691), ("pleroma", FAMILIES * 6, 600)],
)
def test_what_the_server_refuses_as_too_long_is_over_in_the_composer_once_it_has_refused(fake, dialect, text, used):
    """(D12) counted as the server counts from the first moment; its limit, which it changed, is read again by itself."""
    fake.settings(dialect=dialect)
    account = account_at(fake)
    assert shown(account, text) == f"{used} of 5,000"
    fake.settings(max_characters=500)
    (key,) = desk.scheduled(account, text=text)
    desk.work()
    record = desk.record(key)
    assert (record.status, record.error_type, record.dead_letter_reason) == (
        "failed",
        "content_rejected",
        "content_rejected",
    )
    assert fake.posts() == [] and rung() == [str(account)]
    queue.perform("accounts.verify", *rung())
    assert shown(account, text) == f"{used} of 500 bad"
    assert row(account).status == "active"


@pytest.mark.parametrize("dialect", ["mastodon", "gotosocial", "pleroma"])
def test_the_server_takes_what_fits_exactly_by_our_counter_and_refuses_one_more(fake, dialect):
    """(D12) text and warning together."""
    fake.settings(dialect=dialect, max_characters=501)
    account, options = account_at(fake), {"spoiler_text": "Achtung 🐙🐙🐙"}  # 11
    for limit, status, says in ((501, "success", "501 of 501 wait"), (500, "failed", "501 of 500 bad")):
        made = desk.approved("", variants={"mastodon": {"text": "é" * 490, "options": options}})
        fake.settings(max_characters=limit)
        (key,) = desk.scheduled(account, made=made)
        desk.work()
        services.verify(account)
        assert (desk.record(key).status, shown(account, "é" * 490, **options)) == (status, says)
    with pytest.raises(Invalid, match="are 1 character too long together"):
        desk.scheduled(account, made=made)


def test_many_refusals_are_one_reason_to_look_again(fake):
    """(D12) at most one check in half a minute, also while the server does not answer it."""
    account = account_at(fake)
    fake.script("answer", on="create", status=422, body='{"error": "too long"}', times=0)
    keys = [desk.scheduled(account)[0] for _ in range(5)]
    desk.work()
    assert {desk.record(key).status for key in keys} == {"failed"} and rung() == [str(account)]
    fake.script("answer", on="read", status=503, body="", times=0)
    queue.perform("accounts.verify", *rung())
    keys = [desk.scheduled(account)[0] for _ in range(2)]
    desk.work()
    assert {desk.record(key).status for key in keys} == {"failed"} and len(rung()) == 1
    long_ago(account)
    desk.scheduled(account)
    desk.work()
    assert len(rung()) == 2


def test_a_refusal_that_is_not_about_the_content_reads_nothing_again(fake):
    """(D12)"""
    account = account_at(fake)
    fake.script("answer", on="create", status=403, body="<html>a firewall</html>")
    desk.scheduled(account)
    desk.work()
    assert rung() == []


def test_an_address_that_a_post_was_refused_at_is_a_bad_address_on_the_accounts_badge(fake):
    """(D13)"""
    settings = {"url": f"{fake.url}/hook/desk", "min_gap": 0}
    account = desk.account("webhook", secrets={"secret": "whsec_" + "A" * 32}, configuration=settings)
    fake.script("answer", on="create", status=410, body="")
    desk.scheduled(account)
    desk.work()
    found = row(account)
    assert (found.status, found.status_badge) == ("invalid", "bad_address")


def test_a_token_entered_anew_is_told_apart_from_the_one_that_lacked_a_right(fake, as_user):
    """(D13) the same secrets stay refused although they sign in; other ones bring the account back."""
    account = account_at(fake)
    fake.script("answer", on="create", status=403, body='{"error": "This action is outside the authorized scopes"}')
    (key,) = desk.scheduled(account)
    desk.work()
    assert desk.record(key).meta["blame"] == "right" and row(account).status == "invalid"
    services.verify(account)
    assert row(account).status == "invalid" and "write:statuses" in row(account).meta["check"]["message"]
    browser = as_user("operator")
    for token, status in ((TOKEN["access_token"], "invalid"), ("t-desk_0123456789", "active")):  # of the same person
        form = {"name": row(account).account_name, "config_instance": fake.url, "secret_access_token": token}
        assert browser.post(f"/accounts/{account}/reconnect", data=form).status_code == 303
        services.verify(account)
        assert row(account).status == status
