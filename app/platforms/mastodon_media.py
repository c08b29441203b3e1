"""Uploading media before a status: repeatable, and waited for until the server has worked on them."""

from __future__ import annotations

import time
from typing import Any

from app.platforms.base import Context, Media, Post, PrepareFailed, UnsealedAccount, Verdict
from app.platforms.errors import INVALID_PARAMETERS, PLATFORM_ERROR
from app.platforms.mastodon_account import authorization, server
from app.platforms.mastodon_answers import TABLE
from app.platforms.verdict import judge_repeatable

PAUSES = (0.3, 0.7, 1, 2, 3, 4, 5, 5, 5, 5, 5)  # 36 s in all; then it is tried again later
sleep = time.sleep

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "video/mp4": "mp4"}


def prepare(ctx: Context, account: UnsealedAccount, post: Post) -> dict[str, Any]:
    """{"media_ids": […]} in the order of the post."""
    if not post.media:
        return {}
    return {"media_ids": [_upload_whole(ctx, account, medium) for medium in post.media]}


def _upload_whole(ctx: Context, account: UnsealedAccount, medium: Media) -> str:
    root, headers = server(account), authorization(account)
    try:
        content = ctx.files.read(medium.sha256)
    except (OSError, ValueError) as error:
        text = f"A picture of this post cannot be read: {error}"
        verdict = Verdict("no", error_type=INVALID_PARAMETERS, final=True, message=text, matched_by="check:file")
        raise PrepareFailed(verdict) from None
    number = _upload(ctx, root, headers, medium, content)
    for pause in PAUSES:
        exchange = ctx.http.call("GET", f"{root}/api/v1/media/{number}", headers=headers)
        if exchange.status == 200 and exchange.ok:
            return number
        if exchange.status in (404, 405, 501):
            return number  # older servers have no such look: they answered the upload when they were done
        if exchange.status not in (202, 206):
            _fail_unless_done(judge_repeatable(exchange, TABLE))
        sleep(pause)
    text = "The server is still working on a picture."
    raise PrepareFailed(
        Verdict("no", error_type=PLATFORM_ERROR, message=text, alone=True, matched_by="media:processing")
    )


def _upload(ctx: Context, root: str, headers: dict[str, str], medium: Media, content: bytes) -> str:
    """v2, or v1 where there is no v2. 200 and 202 both name the id."""
    name = medium.name or f"picture.{EXTENSIONS.get(medium.mime, 'bin')}"
    data = {"description": medium.alt} if medium.alt else None
    for path in ("/api/v2/media", "/api/v1/media"):
        files = {"file": (name, content, medium.mime)}
        exchange = ctx.http.call("POST", root + path, headers=headers, files=files, data=data)
        if exchange.status not in (404, 405, 501) or path == "/api/v1/media":
            break
    _fail_unless_done(judge_repeatable(exchange, TABLE))
    number = exchange.object().get("id")
    if not isinstance(number, str | int):
        text = "The server took a picture but named no id for it."
        raise PrepareFailed(Verdict("no", error_type=PLATFORM_ERROR, message=text, matched_by="media:no_id"))
    _describe(ctx, root, headers, str(number), medium.alt, exchange.object().get("description"))
    return str(number)


def _describe(ctx: Context, root: str, headers: dict[str, str], number: str, alt: str, description: Any) -> None:
    """Some servers drop the description of an upload: say it again."""
    if not alt.strip() or (isinstance(description, str) and description.strip()):
        return
    ctx.http.call("PUT", f"{root}/api/v1/media/{number}", headers=headers, json={"description": alt})


def _fail_unless_done(verdict: Verdict) -> None:
    if verdict.outcome != "yes":
        raise PrepareFailed(verdict)
