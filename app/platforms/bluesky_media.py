"""What must be known before the record can be made: blobs uploaded, mentions resolved, a session that lives."""

from __future__ import annotations

from typing import Any

from app.platforms import bluesky_session as sessions
from app.platforms.base import Context, Media, Post, PrepareFailed, UnsealedAccount, Verdict
from app.platforms.bluesky_answers import TABLE
from app.platforms.bluesky_text import mentions
from app.platforms.errors import INVALID_PARAMETERS, PLATFORM_ERROR
from app.platforms.verdict import judge_repeatable


def prepare(ctx: Context, account: UnsealedAccount, post: Post) -> dict[str, Any]:
    """{"blobs": […], "dids": {handle: did}}; the session is kept in `ctx.sessions`, never here."""
    session = sessions.ensure_session(ctx, account)
    blobs = [_upload(ctx, account, medium) for medium in post.media]
    handles = dict.fromkeys(span.text for span in mentions(post.text))
    dids = {handle: did for handle in handles if (did := _resolve(ctx, session, handle))}
    return {"blobs": blobs, "dids": dids}


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


def _resolve(ctx: Context, session: sessions.Session, handle: str) -> str:
    """The DID of a handle; "" when there is no such handle. Trouble on the way: PrepareFailed, try again later."""
    url = f"{session['pds']}/xrpc/com.atproto.identity.resolveHandle"
    exchange = ctx.http.call("GET", url, params={"handle": handle})
    did = exchange.object().get("did")
    if exchange.ok and isinstance(did, str):
        return did
    if exchange.status in (400, 404):
        return ""
    raise PrepareFailed(judge_repeatable(exchange, TABLE))


def _no(kind: Any, message: str, *, final: bool = True) -> Verdict:
    return Verdict("no", error_type=kind, final=final, message=message, matched_by="prepare")
