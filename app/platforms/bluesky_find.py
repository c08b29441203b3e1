"""Is the post there? By our record key, and by the mark that stays in the key when it is dated anew.

The key is dated when it is sent, so a desk that was restored from a backup knows the key of the plan only. The repository itself
is asked for its newest records then: com.atproto.repo.listRecords gives them in the order of their keys, newest first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.platforms import bluesky_session as sessions
from app.platforms.base import Absent, CannotTell, Context, Found, Lookup, Post, PrepareFailed, UnsealedAccount
from app.platforms.bluesky_answers import TABLE, error_body, page_url
from app.platforms.bluesky_record import COLLECTION
from app.platforms.keys import is_tid, tid_mark, tid_time
from app.platforms.verdict import cannot_tell

EARLIER = timedelta(minutes=2)
PAGE = 100
PAGES = 50
"""5,000 records, more than three days of the most that an account may post."""


def find(ctx: Context, account: UnsealedAccount, post: Post, key: str, since: datetime) -> Lookup:
    """com.atproto.repo.getRecord is the PDS's own answer for our key; absent is what bears our mark under no key either."""
    session = sessions.shared_session(ctx, account)
    did = account.account_id or (session or {}).get("did", "")
    if not did:
        try:
            session = sessions.ensure_session(ctx, account)
        except PrepareFailed as failed:
            return CannotTell(failed.verdict.message or "No session.", error_type=failed.verdict.error_type)
        did = session["did"]
    root = (session or {}).get("pds") or sessions.pds_url(account)
    where = {"repo": did, "collection": COLLECTION}
    exchange = ctx.http.call("GET", f"{root}/xrpc/com.atproto.repo.getRecord", params={**where, "rkey": key})
    uri = exchange.object().get("uri")
    if exchange.ok and isinstance(uri, str):
        return Found(uri, page_url(uri), "key", evidence={"cid": exchange.object().get("cid")})
    if exchange.status in (400, 404) and error_body(exchange).code == "RecordNotFound":
        absent = Absent(f"{root}: {key}", {"message": error_body(exchange).message})
        return _find_by_mark(ctx, f"{root}/xrpc/com.atproto.repo.listRecords", where, key, since - EARLIER, absent)
    return cannot_tell(exchange, TABLE)


def _find_by_mark(
    ctx: Context, url: str, where: Mapping[str, str], key: str, since: datetime, absent: Absent
) -> Lookup:
    cursor, seen = "", 0
    for _ in range(PAGES):
        params = {**where, "limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
        exchange = ctx.http.call("GET", url, params=params)
        records = exchange.object().get("records")
        if not exchange.ok or not isinstance(records, list):
            return cannot_tell(exchange, TABLE)
        seen += len(records)
        ours = [uri for one in records if (uri := _uri_of(one)) and is_tid(_key_of(uri))]
        for uri in ours:
            if _same_mark(_key_of(uri), key) and tid_time(_key_of(uri)) >= since:
                return Found(uri, page_url(uri), "key", evidence={"looked_for": key})
        following = exchange.object().get("cursor")
        reached = any(tid_time(_key_of(uri)) < since for uri in ours)
        if reached or not isinstance(following, str) or following in ("", cursor):
            return absent
        cursor = following
    return CannotTell(f"More than {seen} posts since the attempt; the list was not read to its end.")


def _same_mark(one: str, other: str) -> bool:
    return is_tid(other) and tid_mark(one) == tid_mark(other)


def _uri_of(record: Any) -> str:
    uri = record.get("uri") if isinstance(record, Mapping) else None
    return uri if isinstance(uri, str) else ""


def _key_of(uri: str) -> str:
    return uri.rpartition("/")[2]
