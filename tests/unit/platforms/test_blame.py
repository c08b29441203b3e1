"""A refusal is blamed on what it is about: the token, a right of it, the account, the address or the post (D13)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, get_args

import pytest

from app.outbound.exchange import Exchange
from app.platforms import bluesky_answers, mastodon_answers, registry, webhook
from app.platforms.base import CannotTell, Check, Connector, Context, Post, Refused, UnsealedAccount, Verified
from app.platforms.blame import WORDS, Blame, advice
from app.platforms.verdict import Table, judge
from app.publishing.pages.record_banner import BannerFacts, banner
from tests.fakes.client import Fake
from tests.unit.platforms.test_verdict import NOW

MASTODON, BLUESKY = registry.get("mastodon"), registry.get("bluesky")
WHO = "/api/v1/accounts/verify_credentials"


def refusal(status: int, body: bytes = b"", path: str = "/api/v1/statuses", **headers: str) -> Exchange:
    url, head = f"https://x.test{path}", {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange("POST", url, True, NOW, 1, "r", status, head, body)


def verify(fake: Fake, ctx: Context, account: UnsealedAccount, **answer: Any) -> Check:
    fake.script("answer", on="read", match=WHO, **answer)
    return MASTODON.verify(ctx, account)


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("body", ["", "<html></html>", '{"error": "This method requires an authenticated user"}'])
def test_a_wrong_token_is_blamed_however_the_server_says_it(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, status: int, body: str
) -> None:
    """(D13) snac answers 422 without a body; the address was right all the time."""
    found = verify(fake, ctx, mastodon_account, status=status, body=body)
    assert isinstance(found, Refused)
    assert (found.field, found.error_type) == ("access_token", "auth_failed")
    assert "refuses this token" in found.message and "address" not in found.message.lower()


def test_a_404_of_a_server_of_the_api_is_no_word_on_the_address(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D13)"""
    assert isinstance(verify(fake, ctx, mastodon_account, status=404, body=""), CannotTell)


def test_what_is_no_server_of_the_api_is_blamed_on_the_address(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D13)"""
    fake.script("answer", on="read", status=404, body="<html>a blog</html>", times=0)
    found = MASTODON.verify(ctx, mastodon_account)
    assert isinstance(found, Refused) and found.field == "instance"


def test_where_the_second_question_is_not_answered_nobody_is_blamed(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D13)"""
    fake.script("answer", on="read", status=503, body="", match="/instance", times=0)
    found = verify(fake, ctx, mastodon_account, status=422, body="")
    assert isinstance(found, CannotTell) and "token or the address" in found.reason


@pytest.mark.parametrize(
    ("path", "missing"),
    [("/api/v1/statuses", "write:statuses"), ("/api/v2/media", "write:media"), (WHO, "read:accounts")],
)
@pytest.mark.parametrize(
    ("body", "challenge"),
    [
        (b'{"error": "This action is outside the authorized scopes"}', ""),
        (b'{"error": "Insufficient permissions: write:statuses."}', ""),
        (b'{"error": "Forbidden: token has insufficient scope permission"}', ""),
        (b"", 'Bearer realm="x", error="insufficient_scope"'),
        (b'{"error": "Diese Aktion ist nicht erlaubt"}', 'Bearer realm="Doorkeeper", error="invalid_scope"'),
    ],
)
def test_a_token_without_a_right_is_told_which(path: str, missing: str, body: bytes, challenge: str) -> None:
    """(D13)"""
    verdict = judge(refusal(403, body, path, www_authenticate=challenge), mastodon_answers.TABLE)
    assert (verdict.error_type, verdict.account, verdict.blame) == ("auth_failed", "down", "right")
    assert verdict.missing == missing and missing in verdict.advice


@pytest.mark.parametrize(
    ("words", "blame"),
    [
        ("Your login is currently disabled", "suspended"),
        ("Your login is currently pending approval", "inactive"),
        ("Your login is missing a confirmed e-mail address", "inactive"),
        ("your account has Moved or is currently Moving; you cannot take create or update type actions", "inactive"),
        ("Something about disabled logins and scopes", ""),
    ],
)
def test_an_account_that_was_taken_down_is_no_matter_of_the_sign_in(words: str, blame: str) -> None:
    """(D13) told by whole sentences, never by a part of one."""
    verdict = judge(refusal(403, b'{"error": "%s"}' % words.encode()), mastodon_answers.TABLE)
    assert (verdict.account, verdict.blame) == ("down", blame)
    assert ("was suspended by the platform" in verdict.advice) == (blame == "suspended")


def test_a_suspended_account_is_told_so_by_the_check_too(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D13)"""
    body = '{"error": "Your login is currently disabled"}'
    found = verify(fake, ctx, mastodon_account, status=403, body=body)
    assert isinstance(found, Refused) and found.blame == "suspended"
    assert (found.field, "suspended by the platform" in found.message) == ("", True)


@pytest.mark.parametrize(
    ("code", "blame"),
    [
        ("AccountTakedown", "suspended"), ("AccountSuspended", "suspended"), ("AccountDeactivated", "inactive"),
        ("AccountNotFound", "inactive"), ("AuthFactorTokenRequired", ""), ("ExpiredToken", ""),
    ],
)  # fmt: skip
def test_bluesky_tells_a_takedown_from_a_dead_token(code: str, blame: str) -> None:
    """(D13)"""
    verdict = judge(refusal(401, b'{"error": "%s", "message": "x"}' % code.encode()), bluesky_answers.TABLE)
    assert (verdict.error_type, verdict.blame) == ("auth_failed", blame)


@pytest.mark.parametrize(
    ("status", "blame"), [("takendown", "suspended"), ("suspended", "suspended"), ("deactivated", "inactive"), ("", "inactive")]
)  # fmt: skip
def test_bluesky_names_what_happened_to_an_inactive_account(
    fake: Fake, ctx: Context, bluesky_account: UnsealedAccount, status: str, blame: str
) -> None:
    """(D13)"""
    assert isinstance(BLUESKY.verify(ctx, bluesky_account), Verified)
    body = json.dumps({"did": "did:plc:x", "handle": "desk.test", "active": False, "status": status})
    fake.script("answer", on="read", status=200, body=body, match="getSession")
    found = BLUESKY.verify(ctx, bluesky_account)
    assert isinstance(found, Refused) and (found.blame, found.field) == (blame, "")


@pytest.mark.parametrize("status", [404, 405, 410])
def test_a_receiver_that_is_not_there_is_a_matter_of_the_address(status: int) -> None:
    """(D13) a webhook's 404 said "Correct the content"."""
    verdict = judge(refusal(status), Table(rules=webhook.RULES))
    assert (verdict.outcome, verdict.final, verdict.blame) == ("no", True, "address")


@pytest.mark.parametrize(("status", "body"), [(422, ""), (400, "<html></html>"), (422, '{"error": "too long"}')])
def test_a_refusal_of_the_content_has_the_account_checked_again(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, status: int, body: str
) -> None:
    """(D12, D13) it may be about limits that have changed, or, without a word, about the token."""
    fake.script("answer", status=status, body=body)
    verdict = MASTODON.publish(ctx, mastodon_account, Post("x"), "k", {})
    assert (verdict.outcome, verdict.reread_limits) == ("no", True)
    assert verdict.message
    fine = MASTODON.publish(ctx, replace(mastodon_account), Post("x"), "k2", {})
    assert not fine.reread_limits


def test_the_accounts_page_and_the_records_page_say_the_same_of_the_same_blame() -> None:
    """(D13) one table of words for both."""
    assert set(WORDS) == set(get_args(Blame)) - {""}
    for blame, words in WORDS.items():
        seen = banner(
            BannerFacts("failed", "Acme", "desk@acme.test", error_type="auth_failed", blame=blame, account_usable=False)
        )
        assert seen and seen.title == words.title.format("Acme") and "{" not in seen.title + seen.text
        assert seen.text.startswith(words.text.format("Acme", "desk@acme.test"))
        told = advice(blame)  # type: ignore[arg-type]
        assert told.lower() == words.text.format("the platform", "this account").lower() and told[0].isupper()


@pytest.mark.parametrize("connector", registry.all(), ids=repr)
def test_each_rule_that_takes_an_account_down_says_why_the_account_is_to_blame(connector: Connector) -> None:
    """(D13) a right, an account that was taken down and an address are never said to be a matter of signing in again."""
    table = next((v for v in vars(connector.module).values() if isinstance(v, Table)), Table())
    rules = [*table.rules, *getattr(connector.module, "RULES", ())]
    for rule in rules:
        assert not (rule.blame in ("right", "suspended", "inactive") and rule.account != "down"), rule
        assert rule.account in ("", "down") or not rule.blame, rule


def test_the_check_of_a_receiver_that_is_gone_says_what_a_post_to_it_would_say(fake: Fake, ctx: Context) -> None:
    """(D13)"""
    fake.script("answer", on="any", status=410, body="", times=0)
    account = UnsealedAccount(
        "webhook", "d", configuration={"url": f"{fake.url}/hook"}, secrets={"secret": "whsec_" + "A" * 32}
    )
    found = registry.get("webhook").verify(ctx, account)
    assert isinstance(found, Refused) and (found.field, found.blame) == ("url", "address")
    verdict = registry.get("webhook").publish(ctx, account, Post("x"), "k", {})
    assert (verdict.account, verdict.blame, verdict.advice) == ("down", "address", found.message)
