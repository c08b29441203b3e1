"""Any server of the Mastodon API: Mastodon, Pleroma, Akkoma, GoToSocial, Pixelfed and their relatives.

Source: https://docs.joinmastodon.org/methods/statuses/ and …/media/. Many servers ignore Idempotency-Key, so it is
sent but nothing rests on it: after an unknown, our own statuses are listed and compared (`mastodon_find`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.platforms import mastodon_kept
from app.platforms.addresses import host_of, origin
from app.platforms.base import (
    Account,
    CannotTell,
    Check,
    ConfigField,
    Context,
    Exchange,
    Limits,
    Metrics,
    Platform,
    Post,
    Problem,
    Refused,
    SecretField,
    Verdict,
    Verified,
)
from app.platforms.blame import RIGHT
from app.platforms.compare import remarks
from app.platforms.errors import AUTH_FAILED, CONTENT_REJECTED, INVALID_PARAMETERS, PLATFORM_ERROR
from app.platforms.mastodon_account import authorization, server, spoiler_of
from app.platforms.mastodon_answers import TABLE, said
from app.platforms.mastodon_find import find
from app.platforms.mastodon_instance import instance, limits, read_limits, says_content_type
from app.platforms.mastodon_media import prepare
from app.platforms.verdict import judge, judge_repeatable, refused_or_unclear

__all__ = ["SPEC", "check", "delete", "find", "host", "limits", "metrics", "prepare", "publish", "verify"]

NEEDED = ("write:statuses", "write:media", "read:statuses")  # without the last, no look after an unclear answer
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
            help="Preferences → Development → New application, with read:accounts, read:statuses, write:statuses "
            "and write:media.",
            pattern=r"\S{16,}",
        ),
    ),
    configuration=(ConfigField("instance", "Instance", kind="url", required=True, help="For example mastodon.social"),),
    options=(
        ConfigField("visibility", "Visibility", kind="choice", default="public", choices=VISIBILITIES),
        ConfigField("spoiler_text", "Content warning"),
        ConfigField("sensitive", "Mark pictures as sensitive", kind="bool"),
    ),
    limits=limits({}),
    can=frozenset({"prepare", "publish", "find", "delete", "metrics", "verify"}),
    takes=frozenset({"text", "images", "alt", "language", "link", "spoiler", "visibility"}),
    replay="listing",
    listing_consistent=True,
    edges=(
        "Limits differ by instance; they are read when the account is verified.",
        "After an unclear answer the account's posts are listed and compared for 15 minutes before it is sent again.",
        "Mastodon counts a link as 23 characters and of a mention only the name; other servers count both in full.",
        "What a server dropped or changed of a post is said on its record.",
    ),
)


def publish(ctx: Context, account: Account, post: Post, key: str, prepared: Mapping[str, Any]) -> Verdict:
    """One POST /api/v1/statuses."""
    url = f"{server(account)}/api/v1/statuses"
    headers = {**authorization(account), "Idempotency-Key": key}
    values = body(post, prepared, plain=says_content_type(account.configuration))
    exchange = ctx.http.create("POST", url, headers=headers, json=values)
    verdict = checked_again(judge(exchange, TABLE))
    if verdict.outcome != "yes":
        return verdict
    return replace(verdict, remarks=remarks(mastodon_kept.sent(post, values), mastodon_kept.shown(exchange.object())))


def checked_again(verdict: Verdict) -> Verdict:
    """Every refusal of the content may mean that the limits have changed, or (without a word) that the token is not taken:
    which one, no code says, and the sentence is in the server's language. So the account is checked again."""
    return replace(verdict, reread_limits=verdict.outcome == "no" and verdict.error_type == CONTENT_REJECTED)


def body(post: Post, prepared: Mapping[str, Any], *, plain: bool = False) -> dict[str, Any]:
    """The request. Source: POST /api/v1/statuses, form data parameters; `content_type` is known to the relatives."""
    values: dict[str, Any] = {"status": post.text, "visibility": str(post.options.get("visibility") or "public")}
    if prepared.get("media_ids"):
        values["media_ids"] = list(prepared["media_ids"])
    if post.language:
        values["language"] = post.language.partition("-")[0].lower()
    if spoiler := spoiler_of(post):
        values["spoiler_text"] = spoiler
    if post.options.get("sensitive") in (True, "1", "true", "on") or spoiler:
        values["sensitive"] = True
    if plain:
        values["content_type"] = "text/plain"
    return values


def verify(ctx: Context, account: Account) -> Check:
    """Whose token is it, and what does the instance allow?"""
    try:
        root = server(account)
    except ValueError as error:
        return Refused(f"{error}.", error_type=INVALID_PARAMETERS, field="instance")
    exchange = ctx.http.call("GET", f"{root}/api/v1/accounts/verify_credentials", headers=authorization(account))
    if led := _led_elsewhere(exchange, root):
        return led
    person = exchange.object()
    if not exchange.ok or "id" not in person:
        return _not_verified(ctx, root, exchange)
    if missing := _missing_rights(ctx, root, account):
        text = f"This token may not post: its application lacks {', '.join(missing)}. Make a new one with these rights."
        return Refused(text, field="access_token", code="scopes", blame=RIGHT)
    name = str(person.get("acct") or person.get("username") or account.name)
    found = {"limits": read_limits(ctx, root), "instance": root}
    shown = f"@{name}@{host_of(root)}" if "@" not in name else f"@{name}"
    return Verified(str(person["id"]), shown, url=str(person.get("url") or ""), configuration=found)


def _led_elsewhere(exchange: Exchange, root: str) -> CannotTell | None:
    """A redirect to another host: what that one says is no word on our token, which it was not sent. It may pass (a portal in
    front of the network answers so), so the account stays as it is."""
    if exchange.error == "redirect":
        return CannotTell(f"{exchange.detail} Check the address under Instance.", error_type=PLATFORM_ERROR)
    there = origin(exchange.url)
    if there in ("", origin(root)):
        return None
    text = f"{root} redirects to {there}; the token was not sent there. If the instance has moved, enter {there} under Instance."
    return CannotTell(text, error_type=PLATFORM_ERROR)


def _missing_rights(ctx: Context, root: str, account: Account) -> list[str]:
    """Rights that the token's application surely lacks; [] also where the server does not say (before Mastodon 4.3)."""
    exchange = ctx.http.call("GET", f"{root}/api/v1/apps/verify_credentials", headers=authorization(account))
    scopes = exchange.object().get("scopes")
    if not exchange.ok or not isinstance(scopes, list) or not scopes:
        return []
    return [right for right in NEEDED if right not in scopes and right.partition(":")[0] not in scopes]


def _not_verified(ctx: Context, root: str, exchange: Exchange) -> Check:
    """A server that answers something else than an account is not one of the Mastodon API."""
    if exchange.ok:
        text = "This server does not speak the Mastodon API."
        return Refused(text, error_type=INVALID_PARAMETERS, field="instance")
    found = refused_or_unclear(exchange, TABLE)
    if isinstance(found, Refused) and found.error_type == AUTH_FAILED:
        field = "" if found.blame not in ("", RIGHT) else "access_token"
        return replace(found, field=field)
    if exchange.status in (400, 404, 422):
        return _token_or_address(ctx, root, exchange, found)
    return replace(found, field="instance") if isinstance(found, Refused) else found


def _token_or_address(ctx: Context, root: str, exchange: Exchange, found: Check) -> Check:
    """400, 404, 422: some servers answer a wrong token so, without a word (snac), and so does what is no server of the API.
    Whether it is one, its own description says: then the address is right, and what is left is the token."""
    asked = instance(ctx, root)
    if asked.error or (asked.status or 0) >= 500:
        reason = "It cannot be told whether the token or the address is wrong: the server did not answer the second question."
        return CannotTell(reason, error_type=PLATFORM_ERROR)
    spoken = asked.ok and isinstance(asked.object().get("version"), str)
    if not spoken:
        text = "This server does not speak the Mastodon API. Correct the address under Instance."
        return Refused(text, INVALID_PARAMETERS, field="instance", http_status=exchange.status)
    if exchange.status == 404 and not said(exchange).code:
        text = "The server did not say whether the token is good (HTTP 404). If it does not settle, make a new token."
        return CannotTell(text, error_type=PLATFORM_ERROR)
    words = said(exchange).message if said(exchange).code else ""
    text = f"The server refuses this token (HTTP {exchange.status}). Make a new one and enter it."
    text = f"{text} It said: “{words.rstrip('.')}”." if words else text
    return Refused(text, AUTH_FAILED, found.code if isinstance(found, Refused) else "", "access_token", exchange.status)


def delete(ctx: Context, account: Account, post_id: str) -> Verdict:
    """Gone, also when it was gone before."""
    url = f"{server(account)}/api/v1/statuses/{post_id}"
    exchange = ctx.http.call("DELETE", url, headers=authorization(account))
    if exchange.status in (404, 410):
        return Verdict("yes", post_id=post_id, matched_by="status:404", http_status=404)
    return judge_repeatable(exchange, TABLE)


def metrics(ctx: Context, account: Account, post_ids: Sequence[str]) -> dict[str, Metrics]:
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
    length, used = limits.count(post.text), limits.used(post.text, post.options)
    over = used - limits.text if limits.text is not None else 0
    if used > length and over > 0 and length <= (limits.text or 0):
        return [Problem("options.spoiler_text", f"Text and content warning are {over} characters too long together.")]
    return []


def host(configuration: Mapping[str, Any]) -> str:
    return host_of(str(configuration.get("instance", "")))
