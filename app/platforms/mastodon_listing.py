"""Reading an account's own statuses back to a moment, and how far what was read can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.platforms.base import CannotTell, Context, Exchange, UnsealedAccount
from app.platforms.mastodon_account import authorization, server
from app.platforms.mastodon_answers import TABLE
from app.platforms.mastodon_compare import created_at
from app.platforms.rates import http_date
from app.platforms.verdict import cannot_tell

PAGES = 5
PAGE = 40
OLD = 30
"""Seconds after which an answer out of a cache is an old one, and by which a list may be out of order."""


@dataclass
class Listing:
    """The statuses that were read, newest first. `whole`: read back to before the moment that was asked for.

    `distrust`: why this list shows no absence, "" when nothing speaks against it. `skew`: how far the server's clock is ahead.
    """

    statuses: list[Mapping[str, Any]] = field(default_factory=list)
    whole: bool = False
    distrust: str = ""
    skew: timedelta = timedelta(0)
    dated: bool = False
    ended: bool = False
    ids: set[str] = field(default_factory=set)

    def reaches(self, moment: datetime) -> bool:
        """Whether a post of that moment (the database's time) must be among what was read."""
        oldest = min((made for one in self.statuses if (made := created_at(one))), default=None)
        return self.ended or (oldest is not None and oldest <= moment + self.skew)


def read_statuses(ctx: Context, account: UnsealedAccount, since: datetime, wanted: str = "") -> Listing | CannotTell:
    """Own statuses back to `since` (the database's time), and further until the post `wanted` is seen or passed."""
    root, headers = server(account), authorization(account)
    me = account.account_id or own_id(ctx, root, headers)
    if not me:
        return CannotTell("The server did not say whose token this is.")
    listing, params = Listing(), {"limit": str(PAGE), "exclude_reblogs": "true"}
    for _ in range(PAGES):
        exchange = ctx.http.call("GET", f"{root}/api/v1/accounts/{me}/statuses", headers=headers, params=params)
        page = exchange.json()
        if not exchange.ok or not isinstance(page, list):
            return cannot_tell(exchange, TABLE)
        _note_times(ctx, exchange, listing)
        fresh = _add_page(page, listing, me)
        begin = since + listing.skew
        passed = not fresh or min(created_at(one) or begin for one in fresh) < begin
        listing.whole, listing.ended = listing.whole or passed, not fresh
        if not fresh or (passed and (not wanted or wanted in listing.ids) and not listing.distrust):
            break
        params["max_id"] = str(fresh[-1].get("id"))
    return listing


def _add_page(page: list[Any], listing: Listing, me: str) -> list[Mapping[str, Any]]:
    """The page's own statuses that were not seen yet. A list out of order, or one that does not go on, is distrusted."""
    statuses = [one for one in page if isinstance(one, Mapping)]
    fresh = [one for one in statuses if str(one.get("id")) not in listing.ids]
    if statuses and not fresh:
        listing.distrust = listing.distrust or "the list shows the same posts again instead of going on"
    last = created_at(listing.statuses[-1]) if listing.statuses else None
    for one in fresh:
        made = created_at(one)
        if made is None or (last is not None and made > last + timedelta(seconds=OLD)):
            listing.distrust = listing.distrust or "the list is not in the order of time"
        last = made or last
        listing.ids.add(str(one.get("id")))
    listing.statuses += [one for one in fresh if _owner(one) in ("", me)]
    return fresh


def _owner(status: Mapping[str, Any]) -> str:
    person = status.get("account")
    return str(person.get("id") or "") if isinstance(person, Mapping) else ""


def _note_times(ctx: Context, exchange: Exchange, listing: Listing) -> None:
    age = exchange.headers.get("age", "").strip()
    if age.isascii() and age.isdigit() and int(age) > OLD:
        listing.distrust = f"the list came out of a cache and is {age} seconds old"
    if not listing.dated:
        listing.dated, listing.skew = bool(http_date(exchange.headers.get("date", ""))), skew(ctx, exchange)


def skew(ctx: Context, exchange: Exchange) -> timedelta:
    """How far the server's clock is ahead of the database's, by its own Date header (whole seconds)."""
    server_time = http_date(exchange.headers.get("date", ""))
    ahead = server_time - ctx.clock.now() if server_time else timedelta(0)
    return ahead if abs(ahead) > timedelta(seconds=5) else timedelta(0)


def own_id(ctx: Context, root: str, headers: Mapping[str, str]) -> str:
    person = ctx.http.call("GET", f"{root}/api/v1/accounts/verify_credentials", headers=headers).object()
    return str(person.get("id") or "")
