"""What must be known before the record can be made: blobs uploaded, mentions resolved, a session that lives."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from app.platforms import bluesky_session as sessions
from app.platforms.base import Context, Media, Post, PrepareFailed, UnsealedAccount, Verdict
from app.platforms.bluesky_answers import TABLE
from app.platforms.bluesky_text import mentions
from app.platforms.errors import INVALID_PARAMETERS, PLATFORM_ERROR
from app.platforms.verdict import judge_repeatable

PAUSE = 1.0
sleep = time.sleep


def prepare(ctx: Context, account: UnsealedAccount, post: Post) -> dict[str, Any]:
    """{"blobs": […], "dids": {handle: did}, "unmarked": [handle]}; the session is kept in `ctx.sessions`, never here.

    A mention that cannot be looked up now (`unmarked`) goes as plain text: it decorates the post and must not stop it, nor count
    against its account. What could not be looked up twice is believed to be away for the other mentions, too.
    """
    session = sessions.ensure_session(ctx, account)
    blobs = [_upload(ctx, account, medium) for medium in post.media]
    handles = list(dict.fromkeys(span.text for span in mentions(post.text)))
    dids: dict[str, str] = {}
    for number, handle in enumerate(handles):
        did = _resolve(ctx, session, handle)
        if did is None:
            sleep(PAUSE)
            did = _resolve(ctx, session, handle)
        if did is None:
            return {"blobs": blobs, "dids": dids, "unmarked": handles[number:]}
        if did:
            dids[handle] = did
    return {"blobs": blobs, "dids": dids}


def remarks_on(prepared: Mapping[str, Any]) -> tuple[str, ...]:
    """What of the post is there only as plain text."""
    unmarked = [f"@{handle}" for handle in prepared.get("unmarked") or ()]
    if not unmarked:
        return ()
    them = "its handle" if len(unmarked) == 1 else "their handles"
    return (f"Stored with {', '.join(unmarked)} as plain text: {them} could not be looked up",)


def _upload(ctx: Context, account: UnsealedAccount, medium: Media) -> dict[str, Any]:
    try:
        content = ctx.files.read(medium.sha256)
    except (OSError, ValueError) as error:
        raise PrepareFailed(_no(INVALID_PARAMETERS, f"A picture of this post cannot be read: {error}")) from None
    headers = {"Content-Type": medium.mime}
    exchange = sessions.call(ctx, account, "POST", "com.atproto.repo.uploadBlob", headers=headers, content=content)
    verdict = judge_repeatable(exchange, TABLE)
    if verdict.outcome != "yes":
        raise PrepareFailed(verdict)
    blob = exchange.object().get("blob")
    if not isinstance(blob, dict) or "ref" not in blob:
        raise PrepareFailed(_no(PLATFORM_ERROR, "The server took a picture but named no blob for it.", final=False))
    return blob


def _resolve(ctx: Context, session: sessions.Session, handle: str) -> str | None:
    """The DID of a handle; "" when there is no such handle, None when nobody could say."""
    url = f"{session['pds']}/xrpc/com.atproto.identity.resolveHandle"
    exchange = ctx.http.call("GET", url, params={"handle": handle})
    did = exchange.object().get("did")
    if exchange.ok and isinstance(did, str):
        return did
    return "" if exchange.status in (400, 404) else None


def _no(kind: Any, message: str, *, final: bool = True) -> Verdict:
    return Verdict("no", error_type=kind, final=final, message=message, matched_by="prepare")
