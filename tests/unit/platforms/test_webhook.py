"""The webhook connector: signed as Standard Webhooks wants it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.platforms import registry, webhook
from app.platforms.base import CannotTell, Context, Media, Post, Refused, UnsealedAccount, Verified
from tests.fakes.client import Fake

WEBHOOK = registry.get("webhook")
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


@pytest.fixture
def account(fake: Fake) -> UnsealedAccount:
    fake.settings(webhook_secret=SECRET)
    return UnsealedAccount("webhook", "cms", configuration={"url": f"{fake.url}/hook/cms"}, secrets={"secret": SECRET})


def test_the_signature_of_the_specifications_example() -> None:
    """Source: github.com/standard-webhooks/standard-webhooks, spec, "Signature scheme", test vector of its libraries."""
    secret, content = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    signed = webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, content)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_publication_arrives_signed(fake: Fake, ctx: Context, account: UnsealedAccount) -> None:
    media = (Media("a" * 64, "image/png", 9, 3, 4, "ein Bild"),)
    verdict = WEBHOOK.publish(ctx, account, Post("Grüße", title="T", media=media, link="https://x.test"), "key-1", {})
    assert (verdict.outcome, verdict.post_id) == ("yes", "wh-1")
    payload = fake.posts()[0]["payload"]
    assert payload["type"] == "post.published"
    assert payload["data"]["media"] == [
        {"sha256": "a" * 64, "mime": "image/png", "size": 9, "width": 3, "height": 4, "alt": "ein Bild"}
    ]
    assert fake.posts()[0]["key"] == "key-1"
    assert SECRET not in json.dumps([dict(verdict.request), dict(verdict.response)])


def test_a_receiver_that_names_no_id_acknowledges_our_key(fake: Fake, ctx: Context, account: UnsealedAccount) -> None:
    fake.script("answer", status=204, body=None)
    assert WEBHOOK.publish(ctx, account, Post("x"), "key-2", {}).post_id == "key-2"
    fake.script("ok_error")
    assert WEBHOOK.publish(ctx, account, Post("x"), "key-3", {}).outcome == "unknown"


def test_a_wrong_secret_is_refused(fake: Fake, ctx: Context, account: UnsealedAccount) -> None:
    other = replace(account, secrets={"secret": "whsec_" + base64.b64encode(b"x" * 24).decode()})
    verdict = WEBHOOK.publish(ctx, other, Post("x"), "k", {})
    assert (verdict.outcome, verdict.error_type, verdict.http_status) == ("no", "auth_failed", 401)
    broken = WEBHOOK.publish(ctx, replace(account, secrets={"secret": "hello"}), Post("x"), "k", {})
    assert (broken.outcome, broken.error_type, broken.final) == ("no", "invalid_parameters", True)


def test_nobody_can_be_asked(ctx: Context, account: UnsealedAccount) -> None:
    found = WEBHOOK.find(ctx, account, Post("x"), "k", datetime.now(UTC))
    assert isinstance(found, CannotTell)
    assert found.final


@pytest.mark.parametrize("status", [200, 204, 400, 401, 404, 405, 501])
def test_a_receiver_that_knows_post_alone_connects(
    fake: Fake, ctx: Context, account: UnsealedAccount, status: int
) -> None:
    """(J7) What it says to a HEAD is no word on whether it takes a post."""
    fake.script("answer", on="any", status=status)
    assert isinstance(WEBHOOK.verify(ctx, account), Verified)


def test_a_receiver_that_is_gone_for_good_does_not(fake: Fake, ctx: Context, account: UnsealedAccount) -> None:
    """(J7) Standard Webhooks: 410 asks senders to stop."""
    fake.script("answer", on="any", status=410)
    assert isinstance(WEBHOOK.verify(ctx, account), Refused)


def test_verify(fake: Fake, ctx: Context, account: UnsealedAccount) -> None:
    fake.script("answer", on="any", status=405)
    assert isinstance(WEBHOOK.verify(ctx, account), Verified)
    for secrets, field in (({"secret": "whsec_###"}, "secret"), ({}, "secret")):
        refused = WEBHOOK.verify(ctx, replace(account, secrets=secrets))
        assert isinstance(refused, Refused)
        assert refused.field == field
    private = WEBHOOK.verify(ctx, replace(account, configuration={"url": "http://192.168.7.7/hook"}))
    assert isinstance(private, Refused)
    assert (private.field, private.error_type) == ("url", "invalid_parameters")
    fake.script("answer", on="any", status=500)
    assert isinstance(WEBHOOK.verify(ctx, account), CannotTell)
    assert fake.posts() == []
