"""Whose token is it, may it post, and what does its instance allow? And if it is refused: is it the token or the address?"""

from __future__ import annotations

from dataclasses import replace

from app.platforms.addresses import host_of, origin
from app.platforms.base import CannotTell, Check, Context, Exchange, Refused, UnsealedAccount, Verified
from app.platforms.blame import RIGHT, advice
from app.platforms.errors import AUTH_FAILED, INVALID_PARAMETERS, PLATFORM_ERROR
from app.platforms.mastodon_account import RIGHTS, authorization, server
from app.platforms.mastodon_answers import TABLE, error_body
from app.platforms.mastodon_instance import instance, read_limits
from app.platforms.verdict import judge_check


def verify(ctx: Context, account: UnsealedAccount) -> Check:
    """Whose token is it, and what does the instance allow?"""
    try:
        root = server(account)
    except ValueError as error:
        return Refused(f"{error}.", error_type=INVALID_PARAMETERS, field="instance")
    exchange = ctx.http.call("GET", f"{root}/api/v1/accounts/verify_credentials", headers=authorization(account))
    if led := _redirect(exchange, root):
        return led
    person = exchange.object()
    if not exchange.ok or "id" not in person:
        return _refusal(ctx, root, exchange)
    if missing := _missing_rights(ctx, root, account):
        text = advice(RIGHT, missing=", ".join(missing))
        return Refused(text, field="access_token", code="scopes", blame=RIGHT)
    name = str(person.get("acct") or person.get("username") or account.name)
    limits = read_limits(ctx, root, account.configuration)
    found = {"instance": root, **({"limits": limits} if limits else {})}
    handle = f"@{name}@{host_of(root)}" if "@" not in name else f"@{name}"
    return Verified(str(person["id"]), handle, url=str(person.get("url") or ""), configuration=found)


def _redirect(exchange: Exchange, root: str) -> CannotTell | None:
    """A redirect to another host: what that one says is no word on our token, which it was not sent. It may pass (a portal in
    front of the network answers so), so the account stays as it is."""
    if exchange.error == "redirect":
        return CannotTell(f"{exchange.detail} Check the address under Instance.", error_type=PLATFORM_ERROR)
    there = origin(exchange.url)
    if there in ("", origin(root)):
        return None
    text = f"{root} redirects to {there}; the token was not sent there. If the instance has moved, enter {there} under Instance."
    return CannotTell(text, error_type=PLATFORM_ERROR)


def _missing_rights(ctx: Context, root: str, account: UnsealedAccount) -> list[str]:
    """Rights that the token's application surely lacks; [] also where the server does not say (before Mastodon 4.3).

    The first is known to be there: the call before needed it."""
    exchange = ctx.http.call("GET", f"{root}/api/v1/apps/verify_credentials", headers=authorization(account))
    scopes = exchange.object().get("scopes")
    if not exchange.ok or not isinstance(scopes, list) or not scopes:
        return []
    return [right for right in RIGHTS[1:] if right not in scopes and right.partition(":")[0] not in scopes]


def _refusal(ctx: Context, root: str, exchange: Exchange) -> Check:
    """A server that answers something else than an account is not one of the Mastodon API."""
    if exchange.ok:
        text = "This server does not speak the Mastodon API."
        return Refused(text, error_type=INVALID_PARAMETERS, field="instance")
    found = judge_check(exchange, TABLE)
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
    if exchange.status == 404 and not error_body(exchange).code:
        text = "The server did not say whether the token is good (HTTP 404). If it does not settle, make a new token."
        return CannotTell(text, error_type=PLATFORM_ERROR)
    words = error_body(exchange).message if error_body(exchange).code else ""
    text = f"The server refuses this token (HTTP {exchange.status}). Make a new one and enter it."
    text = f"{text} It said: “{words.rstrip('.')}”." if words else text
    return Refused(text, AUTH_FAILED, found.code if isinstance(found, Refused) else "", "access_token", exchange.status)
