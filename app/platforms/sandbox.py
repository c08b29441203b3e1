"""A platform that behaves as its account says: for trying things out, for the demo desk and for tests.

`behaviour` of the account's configuration, all deterministic (times count from the key, which carries its own):

- ok             stored, answered
- refuses        asked, refused for its content, nothing stored
- silent         stored, never answers, and cannot be asked: a person has to say
- lost           nothing stored, never answers, can be asked: surely absent
- slow           accepted; live `delay` seconds later (10)
- rate_limited   refused until the key is `delay` seconds old (60), with that as Retry-After; then ok
- broken         answers that it is broken, every time: retried, then failed
- locked_out     refuses the account: it leaves active
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.platforms.base import (
    CannotTell,
    Check,
    ConfigField,
    Context,
    Limits,
    Lookup,
    Platform,
    Post,
    Refused,
    UnsealedAccount,
    Verdict,
    Verified,
)
from app.platforms.errors import AUTH_FAILED, CONTENT_REJECTED, PLATFORM_ERROR, RATE_LIMIT, UNKNOWN
from app.platforms.keys import renewed_tid, tid, tid_time
from app.platforms.store_post import find_post, store_post

BEHAVIOURS = (
    ("ok", "Takes everything"),
    ("refuses", "Refuses the content"),
    ("silent", "Stores, never answers, cannot be asked"),
    ("lost", "Never answers, stores nothing"),
    ("slow", "Accepts first, is live later"),
    ("rate_limited", "Asks to wait once"),
    ("broken", "Answers that it is broken"),
    ("locked_out", "Refuses the account"),
)
LOCKED_OUT: dict[str, Any] = {
    "outcome": "no",
    "error_type": AUTH_FAILED,
    "message": "The sandbox refuses this account.",
    "final": True,
    "account": "down",
}

SPEC = Platform(
    slug="sandbox",
    name="Sandbox",
    icon="test-pipe",
    credential_type="none",
    configuration=(
        ConfigField("behaviour", "Behaviour", kind="choice", default="ok", choices=BEHAVIOURS),
        ConfigField("delay", "Delay in seconds", kind="int", help="For “slow” and “asks to wait”."),
    ),
    limits=Limits(text=500, title_max=200, media_max=4, alt_max=1500),
    can=frozenset({"publish", "confirm", "find", "delete", "verify"}),
    supports=frozenset({"title", "text", "images", "alt", "link", "language"}),
    resend_safety="proved",
    listing_consistent=True,
    min_gap=timedelta(0),
    caveats=("Nothing leaves this machine. The account's behaviour decides what happens.",),
)


def client_key(post: Post, now: datetime) -> str:
    """A key that knows its time."""
    return tid(now)


def renew_key(key: str, now: datetime) -> str:
    """A plan that was moved forward must not make it wait; else the key's age goes on over all tries."""
    try:
        return renewed_tid(key, now) if tid_time(key) > now else key
    except ValueError:
        return key


def publish(ctx: Context, account: UnsealedAccount, post: Post, key: str, prepared: Mapping[str, Any]) -> Verdict:
    """One `store.create`, which keeps the post when the behaviour keeps it; then the answer is bent."""
    behaviour = account.setting("behaviour", "ok")
    left = _time_left(ctx, account, key, 60)
    waits = behaviour == "rate_limited" and left > timedelta(0)
    keep = behaviour in ("ok", "silent", "slow") or (behaviour == "rate_limited" and not waits)
    verdict = store_post(ctx, account, post, key, keep=keep)
    if verdict.outcome != "yes" or behaviour == "ok" or (behaviour == "rate_limited" and not waits):
        return verdict
    return _behave(verdict, behaviour, left)


def _behave(verdict: Verdict, behaviour: str, left: timedelta) -> Verdict:
    plain = replace(verdict, post_id="", url="", response={}, matched_by=f"sandbox:{behaviour}", code=behaviour)
    if behaviour == "slow":
        return replace(plain, outcome="accepted", evidence={"key": verdict.post_id})
    if behaviour == "rate_limited":
        text = "The sandbox asks to wait."
        return replace(plain, outcome="no", error_type=RATE_LIMIT, message=text, retry_after=left, http_status=429)
    if behaviour == "broken":
        return replace(plain, outcome="no", error_type=PLATFORM_ERROR, message="The sandbox says that it is broken.")
    if behaviour == "locked_out":
        return replace(plain, **LOCKED_OUT)
    if behaviour == "refuses":
        text = "The sandbox refuses this content."
        return replace(plain, outcome="no", error_type=CONTENT_REJECTED, message=text, final=True, http_status=422)
    soon = timedelta(seconds=1) if behaviour == "silent" else None  # nothing is on its way: ask a person at once
    return replace(plain, outcome="unknown", error_type=UNKNOWN, message="No answer came.", retry_after=soon)


def confirm(ctx: Context, account: UnsealedAccount, post: Post, key: str, evidence: Mapping[str, Any]) -> Verdict:
    """Live once the key is old enough."""
    if account.setting("behaviour") == "locked_out":
        return Verdict(matched_by="sandbox:locked_out", code="locked_out", **LOCKED_OUT)
    left = _time_left(ctx, account, key, 10)
    if left > timedelta(0):
        return Verdict("accepted", matched_by="sandbox:slow", retry_after=left, evidence=dict(evidence))
    stored = ctx.store.find(key)
    if stored is None:
        return Verdict("no", error_type=PLATFORM_ERROR, final=True, message="The post is gone.", matched_by="store")
    return Verdict("yes", post_id=key, url=stored.url, matched_by="store")


def find(ctx: Context, account: UnsealedAccount, post: Post, key: str, since: datetime) -> Lookup:
    if account.setting("behaviour") == "silent":
        return CannotTell("This sandbox cannot be asked what it has.", final=True)
    return find_post(ctx, key)


def delete(ctx: Context, account: UnsealedAccount, post_id: str) -> Verdict:
    ctx.store.delete(post_id)
    return Verdict("yes", post_id=post_id, matched_by="store")


def verify(ctx: Context, account: UnsealedAccount) -> Check:
    if account.setting("behaviour") == "locked_out":
        return Refused(LOCKED_OUT["message"], code="locked_out")
    return Verified(account_id=f"sandbox:{account.name}", name=account.name)


def _time_left(ctx: Context, account: UnsealedAccount, key: str, default: int) -> timedelta:
    """How long until the key is `delay` seconds old."""
    try:
        delay = int(account.configuration.get("delay") or default)
        return tid_time(key) + timedelta(seconds=delay) - ctx.clock.now()
    except (TypeError, ValueError):
        return timedelta(0)
