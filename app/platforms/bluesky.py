"""Bluesky, and any other PDS of the AT Protocol.

Source: https://docs.bsky.app and the lexicons com.atproto.*, app.bsky.*. The record key is ours (a TID made once per
publication), so `getRecord` answers exactly whether a post is there, and creating it again cannot make a second one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.platforms import bluesky_session as sessions
from app.platforms.addresses import host_of
from app.platforms.base import (
    CannotTell,
    Check,
    ConfigField,
    Context,
    Limits,
    Metrics,
    Platform,
    Post,
    PrepareFailed,
    Refused,
    SecretField,
    UnsealedAccount,
    Verdict,
    Verified,
)
from app.platforms.blame import INACTIVE, advice
from app.platforms.bluesky_answers import STATUS, TABLE
from app.platforms.bluesky_find import find
from app.platforms.bluesky_media import prepare, remarks_on
from app.platforms.bluesky_record import COLLECTION, record
from app.platforms.errors import AUTH_FAILED, INVALID_PARAMETERS
from app.platforms.keys import renewed_tid, tid
from app.platforms.texts import graphemes
from app.platforms.verdict import judge, judge_repeatable

__all__ = [
    "SPEC",
    "client_key",
    "delete",
    "find",
    "host",
    "metrics",
    "prepare",
    "publish",
    "refresh",
    "renew_key",
    "verify",
]

SPEC = Platform(
    slug="bluesky",
    name="Bluesky",
    icon="brand-bluesky",
    credential_type="app_password",
    secrets=(
        SecretField(
            "app_password",
            "App password",
            help="Settings → Privacy and security → App passwords. Not your account's password.",
            pattern=r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}",
        ),
    ),
    configuration=(
        ConfigField("identifier", "Handle", required=True, help="For example desk.example.org"),
        ConfigField("service", "Server", kind="url", default=sessions.ENTRYWAY, help="Your own PDS, if you have one."),
    ),
    options=(
        ConfigField("card_title", "Title of the link's card", help="With a title the post's link is shown as a card."),
        ConfigField("card_description", "Text of the link's card"),
    ),
    # app.bsky.feed.post: 300 graphemes and 3000 bytes; app.bsky.embed.images: 4 images of 2,000,000 bytes.
    limits=Limits(text=300, count=graphemes, text_bytes=3000, media_max=4, media_bytes=2_000_000, alt_max=2000),
    can=frozenset({"prepare", "publish", "find", "delete", "metrics", "verify", "refresh"}),
    supports=frozenset({"text", "images", "alt", "language", "link"}),
    resend_safety="proved",
    listing_consistent=True,
    max_per_day=1500,  # 35,000 points a day at 3 a post, with room for others. Source: docs.bsky.app, rate limits
    caveats=(
        "The record key is chosen here, so an unclear answer is settled by one exact look.",
        "Links, mentions and hashtags are marked here; a mention whose handle is not found, or cannot be looked up, stays plain text.",
        "A post with pictures shows no link card.",
    ),
)


def client_key(post: Post, now: datetime) -> str:
    """The record key; it also fixes `createdAt`."""
    return tid(now)


def renew_key(key: str, now: datetime) -> str:
    """Dated by its sending, with the mark that `find` knows it by."""
    return renewed_tid(key, now)


def publish(ctx: Context, account: UnsealedAccount, post: Post, key: str, prepared: Mapping[str, Any]) -> Verdict:
    """One com.atproto.repo.createRecord under our key, with the session that prepare made sure of."""
    session = sessions.shared_session(ctx, account)
    if session is None:
        text = "There is no session; it is made anew."
        return Verdict("no", error_type=AUTH_FAILED, account="refresh", message=text, matched_by="check:session")
    values = {"repo": session["did"], "collection": COLLECTION, "rkey": key, "record": record(post, key, prepared)}
    url = f"{session['pds']}/xrpc/com.atproto.repo.createRecord"
    verdict = judge(ctx.http.create("POST", url, headers=sessions.authorization(session), json=values), TABLE)
    return replace(verdict, remarks=remarks_on(prepared)) if verdict.outcome == "yes" else verdict


def delete(ctx: Context, account: UnsealedAccount, post_id: str) -> Verdict:
    """com.atproto.repo.deleteRecord; also `yes` when there was none."""
    repo, _, key = post_id.removeprefix("at://").partition(f"/{COLLECTION}/")
    if not key:
        text = f"{post_id} is not the address of a post."
        return Verdict("no", error_type=INVALID_PARAMETERS, final=True, message=text, matched_by="check:uri")
    values = {"repo": repo, "collection": COLLECTION, "rkey": key}
    try:
        exchange = sessions.call(ctx, account, "POST", "com.atproto.repo.deleteRecord", json=values)
    except PrepareFailed as failed:
        return failed.verdict
    return replace(judge_repeatable(exchange, TABLE), post_id=post_id)


def metrics(ctx: Context, account: UnsealedAccount, post_ids: Sequence[str]) -> dict[str, Metrics]:
    """app.bsky.feed.getPosts, 25 at a time."""
    found: dict[str, Metrics] = {}
    for begin in range(0, len(post_ids), 25):
        params = [("uris", uri) for uri in post_ids[begin : begin + 25]]
        try:
            exchange = sessions.call(ctx, account, "GET", "app.bsky.feed.getPosts", params=params)
        except PrepareFailed:
            break
        posts = exchange.object().get("posts")
        for one in posts if isinstance(posts, list) else []:
            if isinstance(one, Mapping):
                found[str(one.get("uri"))] = _counters(one)
    return found


def _counters(post: Mapping[str, Any]) -> Metrics:
    def number(name: str) -> int:
        value = post.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    shares = number("repostCount") + number("quoteCount")
    saves = {"saves": number("bookmarkCount")} if "bookmarkCount" in post else {}
    return {"likes": number("likeCount"), "comments": number("replyCount"), "shares": shares, **saves}


def verify(ctx: Context, account: UnsealedAccount) -> Check:
    """com.atproto.server.getSession with the shared session, which is made when there is none."""
    try:
        sessions.pds_url(account)
    except ValueError as error:
        return Refused(f"{error}.", error_type=INVALID_PARAMETERS, field="service")
    try:
        exchange = sessions.call(ctx, account, "GET", "com.atproto.server.getSession")
        session = sessions.shared_session(ctx, account) or {}
    except PrepareFailed as failed:
        return _refusal(failed.verdict)
    body = exchange.object()
    if not exchange.ok or "did" not in body:
        return _refusal(judge_repeatable(exchange, TABLE))
    if body.get("active") is False:
        return _inactive(str(body.get("status") or ""))
    did, handle = str(body["did"]), str(body.get("handle") or body["did"])
    url = f"https://bsky.app/profile/{did}"
    return Verified(did, f"@{handle}", url=url, configuration={"pds": session.get("pds", ""), "handle": handle})


def refresh(ctx: Context, account: UnsealedAccount) -> Check:
    """A new access token, at most one per half minute over all workers."""
    try:
        session = sessions.force_renewal(ctx, account)
    except PrepareFailed as failed:
        return _refusal(failed.verdict)
    return Verified(session["did"], f"@{session['handle']}")


def _inactive(status: str) -> Refused:
    blame = STATUS.get(status, INACTIVE)
    return Refused(advice(blame, status), code=status, blame=blame)


def _refusal(verdict: Verdict) -> Check:
    """Definite refusals blame a field; anything else is no reason to disconnect."""
    if verdict.final and verdict.error_type == AUTH_FAILED:
        text = verdict.advice or "Handle and app password do not fit."
        field = "" if verdict.blame else "app_password"
        return Refused(text, AUTH_FAILED, verdict.code, field, verdict.http_status, verdict.blame)
    if verdict.final and verdict.error_type == INVALID_PARAMETERS:
        return Refused(verdict.message or "This is not a PDS.", verdict.error_type, verdict.code, "service")
    reason = verdict.message or "The server could not be asked."
    return CannotTell(reason, error_type=verdict.error_type, retry_after=verdict.retry_after)


def host(configuration: Mapping[str, Any]) -> str:
    """The account's own PDS once it is known, else the entrance."""
    return host_of(str(configuration.get("pds") or configuration.get("service") or sessions.ENTRYWAY))
