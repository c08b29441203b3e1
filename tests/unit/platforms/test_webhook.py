"""The webhook connector: signed as Standard Webhooks wants it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

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


WORDS = [
    (400, {"detail": "title is missing"}, "title is missing"),
    (400, {"detail": [{"loc": ["body", "title"], "msg": "Field required"}]}, "Field required"),
    (422, {"error": {"code": 7, "message": "No such desk"}}, "No such desk"),
    (
        422,
        {"message": "The given data was invalid.", "errors": {"slug": ["Taken."]}},
        "The given data was invalid.; Taken.",
    ),
    (400, {"title": "Bad Request", "detail": "Too long"}, "Too long; Bad Request"),
    (400, "nope, not today", ""),
    (400, {"errors": {"a": {"b": {"c": {"d": "deep"}}}}}, ""),
    (400, [], ""),
    (500, {"error": "database is away"}, "database is away"),
]


@pytest.mark.parametrize(("status", "body", "words"), WORDS)
def test_a_refusal_keeps_the_words_of_the_receiver(
    fake: Fake, ctx: Context, account: UnsealedAccount, status: int, body: Any, words: str
) -> None:
    """(J19)"""
    fake.script("answer", status=status, body=body)
    verdict = WEBHOOK.publish(ctx, account, Post("x"), "k", {})
    assert (verdict.outcome, verdict.message, verdict.own_words) == ("unknown" if status == 500 else "no", words, False)


def test_a_line_of_plain_text_is_their_words_and_a_page_of_html_is_not(
    fake: Fake, ctx: Context, account: UnsealedAccount
) -> None:
    """(J19)"""
    for kind, words in (("text/plain; charset=utf-8", "quota is used up"), ("text/html", "")):
        fake.script("answer", status=400, body="quota  is used up\n", headers={"Content-Type": kind})
        assert WEBHOOK.publish(ctx, account, Post("x"), "k", {}).message == words


@pytest.mark.parametrize("body", [{"error": "no"}, {"ok": False, "message": "no"}, {"success": False, "reason": "no"}])
def test_a_success_with_an_error_in_it_is_no_success_and_says_their_words(
    fake: Fake, ctx: Context, account: UnsealedAccount, body: Any
) -> None:
    """(J19) Not our own sentence about an id."""
    fake.script("answer", status=200, body=body)
    verdict = WEBHOOK.publish(ctx, account, Post("x"), "k", {})
    assert (verdict.outcome, verdict.message, verdict.own_words) == ("unknown", "no", False)


def test_a_success_that_says_ok_is_one(fake: Fake, ctx: Context, account: UnsealedAccount) -> None:
    for body in ({"ok": True, "error": None}, {"errors": [], "message": "stored"}):
        fake.script("answer", status=200, body=body)
        assert WEBHOOK.publish(ctx, account, Post("x"), "k", {}).outcome == "yes"


def test_a_secret_that_the_receiver_quotes_is_taken_out(fake: Fake, ctx: Context, account: UnsealedAccount) -> None:
    fake.script("answer", status=400, body={"detail": f"bad secret {SECRET}"})
    assert SECRET not in WEBHOOK.publish(ctx, account, Post("x"), "k", {}).message


def test_a_receiver_that_retires_takes_its_account_down(fake: Fake, ctx: Context, account: UnsealedAccount) -> None:
    """(J19) Its address is retired; no other content would help, and what it says is shown."""
    fake.script("answer", status=410, body={"detail": "moved to another desk"}, headers={"Retry-After": "60"})
    verdict = WEBHOOK.publish(ctx, account, Post("x"), "k", {})
    assert (verdict.account, verdict.blame, verdict.error_type) == ("down", "address", "invalid_parameters")
    assert verdict.advice.endswith("It said: “moved to another desk”.")


def test_an_address_that_says_when_to_come_back_is_only_away(
    fake: Fake, ctx: Context, account: UnsealedAccount
) -> None:
    fake.script("answer", status=404, headers={"Retry-After": "90"})
    verdict = WEBHOOK.publish(ctx, account, Post("x"), "k", {})
    assert (verdict.error_type, verdict.final, verdict.blame) == ("rate_limit", False, "")
    assert verdict.retry_after == timedelta(seconds=90)


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
