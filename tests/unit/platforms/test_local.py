"""`site` and `sandbox`: posts in our own store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.platforms import registry
from app.platforms.base import Absent, CannotTell, Context, Found, Post, Refused, UnsealedAccount, Verified
from app.platforms.keys import tid
from tests.fakes.ports import NoHttp, context

SITE = registry.get("site")
SANDBOX = registry.get("sandbox")
NOW = datetime.now(UTC)


@pytest.fixture
def ctx() -> Context:
    return context(NoHttp())


def sandbox(behaviour: str, delay: str = "") -> UnsealedAccount:
    return UnsealedAccount("sandbox", "box", configuration={"behaviour": behaviour, "delay": delay})


def test_a_page_is_stored_once(ctx: Context) -> None:
    account = UnsealedAccount("site", "site")
    for _ in range(2):
        verdict = SITE.publish(ctx, account, Post("body", title="T", slug="t"), "key", {})
        assert (verdict.outcome, verdict.post_id, verdict.url) == ("yes", "key", "/site/key")
    assert list(ctx.store.rows) == ["key"]  # type: ignore[attr-defined]
    assert isinstance(SITE.find(ctx, account, Post(""), "key", NOW), Found)
    assert SITE.delete(ctx, account, "key").outcome == "yes"
    assert isinstance(SITE.find(ctx, account, Post(""), "key", NOW), Absent)


@pytest.mark.parametrize(("fail", "outcome"), [("before", "no"), ("after", "unknown")])
def test_a_store_that_fails(ctx: Context, fail: str, outcome: str) -> None:
    ctx.store.fail = fail  # type: ignore[attr-defined]
    verdict = SITE.publish(ctx, UnsealedAccount("site", "site"), Post("x", title="T"), "key", {})
    assert (verdict.outcome, verdict.may_retry) == (outcome, outcome == "no")


@pytest.mark.parametrize(
    ("behaviour", "outcome", "error_type", "final", "stored"),
    [
        ("ok", "yes", None, False, True),
        ("refuses", "no", "content_rejected", True, False),
        ("silent", "unknown", "unknown", False, True),
        ("lost", "unknown", "unknown", False, False),
        ("slow", "accepted", None, False, True),
        ("rate_limited", "no", "rate_limit", False, False),
        ("broken", "no", "platform_error", False, False),
        ("locked_out", "no", "auth_failed", True, False),
    ],
)
def test_behaviours(
    ctx: Context, behaviour: str, outcome: str, error_type: str | None, final: bool, stored: bool
) -> None:
    verdict = SANDBOX.publish(ctx, sandbox(behaviour), Post("x"), tid(datetime.now(UTC)), {})
    assert (verdict.outcome, verdict.error_type, verdict.final) == (outcome, error_type, final)
    assert bool(ctx.store.rows) == stored  # type: ignore[attr-defined]
    assert ctx.store.calls == 1  # type: ignore[attr-defined]
    assert bool(verdict.post_id) == (outcome == "yes")


def test_silent_cannot_be_asked_and_lost_can(ctx: Context) -> None:
    key = tid(NOW)
    silent = SANDBOX.find(ctx, sandbox("silent"), Post("x"), key, NOW)
    assert isinstance(silent, CannotTell)
    assert silent.final
    assert isinstance(SANDBOX.find(ctx, sandbox("lost"), Post("x"), key, NOW), Absent)


def test_slow_is_live_after_its_delay(ctx: Context) -> None:
    key = tid(datetime.now(UTC))
    account = sandbox("slow", "10")
    verdict = SANDBOX.publish(ctx, account, Post("x"), key, {})
    waiting = SANDBOX.confirm(ctx, account, Post("x"), key, verdict.evidence)
    assert waiting.outcome == "accepted"
    assert timedelta(seconds=8) < (waiting.retry_after or timedelta(0)) <= timedelta(seconds=10)
    ctx.clock.offset = timedelta(seconds=11)  # type: ignore[attr-defined]
    assert SANDBOX.confirm(ctx, account, Post("x"), key, verdict.evidence).outcome == "yes"


def test_rate_limited_goes_through_after_its_delay(ctx: Context) -> None:
    key = tid(datetime.now(UTC))
    first = SANDBOX.publish(ctx, sandbox("rate_limited", "60"), Post("x"), key, {})
    assert timedelta(seconds=58) < (first.retry_after or timedelta(0)) <= timedelta(seconds=60)
    ctx.clock.offset = timedelta(seconds=61)  # type: ignore[attr-defined]
    assert SANDBOX.publish(ctx, sandbox("rate_limited", "60"), Post("x"), key, {}).outcome == "yes"


def test_odd_settings_do_no_harm(ctx: Context) -> None:
    account = UnsealedAccount("sandbox", "box", configuration={"behaviour": "slow", "delay": "soon"})
    assert SANDBOX.publish(ctx, account, Post("x"), "not-a-tid", {}).outcome == "accepted"
    assert SANDBOX.confirm(ctx, account, Post("x"), "not-a-tid", {}).outcome == "yes"


def test_verify(ctx: Context) -> None:
    assert isinstance(SANDBOX.verify(ctx, sandbox("ok")), Verified)
    assert isinstance(SANDBOX.verify(ctx, sandbox("locked_out")), Refused)
    assert isinstance(SITE.verify(ctx, UnsealedAccount("site", "s")), Verified)
