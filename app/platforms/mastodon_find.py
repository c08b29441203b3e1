"""Is the post there? Our own statuses since the attempt, compared after the server's own rewriting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.platforms.base import Absent, Account, CannotTell, Context, Exchange, Found, Look, Post
from app.platforms.mastodon_account import authorization, server, spoiler_of
from app.platforms.mastodon_answers import TABLE
from app.platforms.rates import http_date
from app.platforms.rewriting import plain, same_text
from app.platforms.verdict import cannot_tell

EARLIER = timedelta(minutes=2)
PAGES = 5
PAGE = 40


def find(ctx: Context, account: Account, post: Post, key: str, since: datetime) -> Look:
    """Absent only when the listing was read back to before the attempt."""
    root, headers = server(account), authorization(account)
    me = account.account_id or _own_id(ctx, root, headers)
    if not me:
        return CannotTell("The server did not say whose token this is.")
    params = {"limit": str(PAGE), "exclude_reblogs": "true"}
    seen, matches = 0, list[Found]()
    for _ in range(PAGES):
        exchange = ctx.http.call("GET", f"{root}/api/v1/accounts/{me}/statuses", headers=headers, params=params)
        page = exchange.json()
        if not exchange.ok or not isinstance(page, list):
            return cannot_tell(exchange, TABLE)
        statuses = [one for one in page if isinstance(one, Mapping)]
        begin = since - EARLIER + skew(ctx, exchange)
        for status in statuses:
            if (_created(status) or begin) >= begin and (how := match(post, status)):
                matches.append(_found(status, how))
        seen += len(statuses)
        if not statuses or (_created(statuses[-1]) or begin) < begin:
            return _answer(matches) or Absent(
                f"{root}: {seen} own posts", {"statuses": seen, "since": begin.isoformat()}
            )
        params["max_id"] = str(statuses[-1].get("id"))
    text = f"More than {seen} posts since the attempt; the listing was not read to its end."
    return _answer(matches) or CannotTell(text)


def _answer(matches: list[Found]) -> Found | None:
    """The oldest match, the others beside it."""
    oldest_first = matches[::-1]
    return replace(oldest_first[0], others=tuple(oldest_first[1:])) if oldest_first else None


def match(post: Post, status: Mapping[str, Any]) -> str:
    """How a status is this post ("exact", "rewritten"), or ""."""
    media = status.get("media_attachments")
    shown = [m for m in media if isinstance(m, Mapping)] if isinstance(media, list) else []
    if status.get("reblog") or len(shown) != len(post.media) or not _same_alts(post, shown):
        return ""
    warned = str(status.get("spoiler_text") or "").strip()
    if same_text(spoiler_of(post), warned) == "" and warned != spoiler_of(post):
        return ""
    return max((same_text(post.text, text) for text in _texts(status)), key=len)


def _texts(status: Mapping[str, Any]) -> list[str]:
    """The text as the server may show it: its own plain text where it keeps one, and the HTML."""
    own = status.get("pleroma")
    kept = own.get("content", {}).get("text/plain") if isinstance(own, Mapping) else None
    texts = [status.get("text"), kept, plain(str(status.get("content") or ""))]
    return [text for text in texts if isinstance(text, str)]


def _same_alts(post: Post, shown: list[Mapping[str, Any]]) -> bool:
    """Descriptions that both sides have must agree; a server may have dropped one."""
    pairs = zip(post.media, shown, strict=True)
    said = [(ours.alt.strip(), str(theirs.get("description") or "").strip()) for ours, theirs in pairs]
    return all(not theirs or ours.split() == theirs.split() for ours, theirs in said)


def _found(status: Mapping[str, Any], how: str) -> Found:
    url = status.get("url") or status.get("uri")
    evidence = {"match": how, "created_at": status.get("created_at")}
    shown = url if isinstance(url, str) else ""
    return Found(str(status.get("id")), shown, "listing", _created(status), evidence)


def _created(status: Mapping[str, Any]) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(status.get("created_at")))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def skew(ctx: Context, exchange: Exchange) -> timedelta:
    """How far the server's clock is ahead of the database's, by its own Date header (whole seconds)."""
    said = http_date(exchange.headers.get("date", ""))
    ahead = said - ctx.clock.now() if said else timedelta(0)
    return ahead if abs(ahead) > timedelta(seconds=5) else timedelta(0)


def _own_id(ctx: Context, root: str, headers: Mapping[str, str]) -> str:
    person = ctx.http.call("GET", f"{root}/api/v1/accounts/verify_credentials", headers=headers).object()
    return str(person.get("id") or "")
