"""Any server of the Mastodon API: Mastodon, Pleroma, Akkoma, GoToSocial, Pixelfed and their relatives.

Source: https://docs.joinmastodon.org/methods/statuses/ and …/media/. Many servers ignore Idempotency-Key, so it is
sent but nothing rests on it: after an unknown, our own statuses are listed and compared (`mastodon_find`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.platforms.addresses import host_of
from app.platforms.base import (
    ConfigField,
    Context,
    Limits,
    Metrics,
    Platform,
    Post,
    Problem,
    SecretField,
    UnsealedAccount,
    Verdict,
)
from app.platforms.checks import amount
from app.platforms.errors import CONTENT_REJECTED
from app.platforms.keys import random_key
from app.platforms.mastodon_account import RIGHTS, authorization, server
from app.platforms.mastodon_answers import TABLE
from app.platforms.mastodon_find import find
from app.platforms.mastodon_instance import limits
from app.platforms.mastodon_media import prepare
from app.platforms.mastodon_software import of_account
from app.platforms.mastodon_status import author_of, body, remarks_on
from app.platforms.mastodon_token import verify
from app.platforms.verdict import judge, judge_repeatable

__all__ = ["SPEC", "check", "delete", "find", "host", "limits", "metrics", "prepare", "publish", "renew_key", "verify"]

VISIBILITIES = (("public", "Public"), ("unlisted", "Quiet public"), ("private", "Followers only"))

SPEC = Platform(
    slug="mastodon",
    name="Mastodon",
    icon="brand-mastodon",
    credential_type="token",
    secrets=(
        SecretField(
            "access_token",
            "Access token",
            help=f"Preferences → Development → New application, with {', '.join(RIGHTS[:-1])} and {RIGHTS[-1]}.",
            pattern=r"\S{16,}",
        ),
    ),
    configuration=(ConfigField("instance", "Instance", kind="url", required=True, help="For example mastodon.social"),),
    options=(
        ConfigField("visibility", "Visibility", kind="choice", default="public", choices=VISIBILITIES),
        ConfigField("spoiler_text", "Content warning"),
        ConfigField("sensitive", "Mark pictures as sensitive", kind="bool"),
    ),
    limits=limits({"limits": {"software": "mastodon"}}),
    can=frozenset({"prepare", "publish", "find", "delete", "metrics", "verify"}),
    supports=frozenset({"text", "images", "alt", "language", "link", "spoiler", "visibility"}),
    resend_safety="listing",
    listing_consistent=True,
    caveats=(
        "Limits differ by instance; they are read when the account is verified.",
        "After an unclear answer the account's posts are listed and compared for 15 minutes before it is sent again.",
        "Mastodon counts a link as 23 characters and of a mention only the name; other servers count both in full.",
        "What a server dropped or changed of a post is said on its record.",
    ),
)


def renew_key(key: str, now: datetime) -> str:
    """Another one for each try that surely is the first to arrive: Pixelfed remembers a key for an hour, whatever became of it."""
    return random_key()


def publish(ctx: Context, account: UnsealedAccount, post: Post, key: str, prepared: Mapping[str, Any]) -> Verdict:
    """One POST /api/v1/statuses."""
    url = f"{server(account)}/api/v1/statuses"
    headers = {**authorization(account), "Idempotency-Key": key, "Accept-Language": "en"}
    values = body(post, prepared, plain=of_account(account.configuration).content_type)
    exchange = ctx.http.create("POST", url, headers=headers, json=values)
    verdict = with_recheck(judge(exchange, TABLE))
    if verdict.outcome != "yes":
        return verdict
    status = exchange.object()
    return replace(verdict, remarks=(*author_of(status, account.account_id), *remarks_on(post, status)))


def with_recheck(verdict: Verdict) -> Verdict:
    """Every refusal of the content may mean that the limits have changed, or (without a word) that the token is not taken:
    which one, no code says, and the sentence is in the server's language. So the account is checked again."""
    return replace(verdict, reread_limits=verdict.outcome == "no" and verdict.error_type == CONTENT_REJECTED)


def delete(ctx: Context, account: UnsealedAccount, post_id: str) -> Verdict:
    """Gone, also when it was gone before."""
    url = f"{server(account)}/api/v1/statuses/{post_id}"
    exchange = ctx.http.call("DELETE", url, headers=authorization(account))
    if exchange.status in (404, 410):
        return Verdict("yes", post_id=post_id, matched_by="status:404", http_status=404)
    return judge_repeatable(exchange, TABLE)


def metrics(ctx: Context, account: UnsealedAccount, post_ids: Sequence[str]) -> dict[str, Metrics]:
    """Counters of each status; what the server does not answer for is left out."""
    found: dict[str, Metrics] = {}
    for post_id in post_ids:
        url = f"{server(account)}/api/v1/statuses/{post_id}"
        status = ctx.http.call("GET", url, headers=authorization(account)).object()
        if str(status.get("id")) == post_id:
            found[post_id] = _counters(status)
    return found


def _counters(status: Mapping[str, Any]) -> Metrics:
    names = {"likes": "favourites_count", "comments": "replies_count"}
    counters = {ours: _number(status.get(theirs)) for ours, theirs in names.items()}
    return {**counters, "shares": _number(status.get("reblogs_count")) + _number(status.get("quotes_count"))}


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def check(post: Post, limits: Limits) -> list[Problem]:
    """The content warning counts too."""
    length, used = limits.count(post.text), limits.length(post.text, post.options)
    over = used - limits.text if limits.text is not None else 0
    if used > length and over > 0 and length <= (limits.text or 0):
        return [
            Problem(
                "options.spoiler_text", f"Text and content warning are {amount(over, limits.unit)} too long together."
            )
        ]
    return []


def host(configuration: Mapping[str, Any]) -> str:
    return host_of(str(configuration.get("instance", "")))
