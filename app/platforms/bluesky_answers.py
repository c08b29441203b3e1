"""Reading answers of XRPC: {"error": name, "message": words}, and the rows of the error table."""

from __future__ import annotations

from collections.abc import Mapping

from app.platforms.base import Exchange
from app.platforms.blame import INACTIVE, SUSPENDED, Blame
from app.platforms.errors import AUTH_FAILED, CONTENT_REJECTED, INVALID_PARAMETERS, PLATFORM_ERROR, RATE_LIMIT
from app.platforms.rates import windows
from app.platforms.verdict import ErrorBody, Rule, Table

PDS = "@atproto/pds 0.5"
WEB = "https://bsky.app"

RULES = (
    Rule(AUTH_FAILED, code="ExpiredToken", account="refresh", source=f"{PDS} auth-verifier: 400 Token has expired"),
    Rule(AUTH_FAILED, code="InvalidToken", account="refresh", source=f"{PDS} auth-verifier: 400"),
    Rule(AUTH_FAILED, code="AuthMissing", account="refresh", source=f"{PDS} auth-verifier: 401"),
    Rule(AUTH_FAILED, code="AuthenticationRequired", account="refresh", source=f"{PDS} createSession: 401"),
    Rule(AUTH_FAILED, code="AccountTakedown", account="down", blame=SUSPENDED, source=f"{PDS} auth-verifier: 401"),
    Rule(AUTH_FAILED, code="AccountDeactivated", account="down", blame=INACTIVE, source=f"{PDS} auth-verifier: 401"),
    Rule(
        AUTH_FAILED,
        code="AccountNotFound",
        account="down",
        blame=INACTIVE,
        source=f"{PDS} createRecord: 403 Account not found",
    ),
    Rule(AUTH_FAILED, code="AccountSuspended", account="down", blame=SUSPENDED, source="bsky.social entryway"),
    Rule(AUTH_FAILED, code="AuthFactorTokenRequired", account="down", source="com.atproto.server.createSession"),
    Rule(RATE_LIMIT, code="RateLimitExceeded", source="@atproto/xrpc-server: 429"),
    Rule(
        PLATFORM_ERROR, code="BlobNotFound", final=False, source=f"{PDS} actor-store/blob: 400, uploaded too long ago"
    ),
    Rule(CONTENT_REJECTED, code="InvalidMimeType", source=f"{PDS} actor-store/blob: 400"),
    Rule(CONTENT_REJECTED, code="BlobTooLarge", source=f"{PDS} actor-store/blob: 400"),
    Rule(CONTENT_REJECTED, code="PayloadTooLarge", source="@atproto/xrpc-server: 413"),
    Rule(CONTENT_REJECTED, status=400, code="InvalidRequest", source=f"{PDS} createRecord: 400 Invalid … record"),
    Rule(CONTENT_REJECTED, status=400, code="InvalidRecord", source="com.atproto.repo.createRecord"),
    Rule(CONTENT_REJECTED, code="InvalidSwap", duplicate=True, source=f"{PDS} repo/transactor: the record is there"),
    Rule(INVALID_PARAMETERS, code="MethodNotImplemented", source="@atproto/xrpc-server: 501, not a PDS"),
    Rule(INVALID_PARAMETERS, code="XRPCNotSupported", source=f"{PDS}: 404, not a PDS"),
)

STATUS: Mapping[str, Blame] = {"takendown": SUSPENDED, "suspended": SUSPENDED}
"""The same facts in the words of com.atproto.server.getSession (lexicon: takendown, suspended, deactivated); others are INACTIVE."""


def error_body(exchange: Exchange) -> ErrorBody:
    body = exchange.object()
    error, message = body.get("error"), body.get("message")
    return ErrorBody(error if isinstance(error, str) else "", "", message[:500] if isinstance(message, str) else "")


def post_address(exchange: Exchange) -> tuple[str, str]:
    """The record's at:// address and its page."""
    uri = exchange.object().get("uri")
    return (uri, page_url(uri)) if isinstance(uri, str) and uri.startswith("at://") else ("", "")


def page_url(uri: str) -> str:
    """at://did/app.bsky.feed.post/key → the page that people open."""
    did, _, key = uri.removeprefix("at://").partition("/app.bsky.feed.post/")
    return f"{WEB}/profile/{did}/post/{key}" if key else ""


TABLE = Table(rules=RULES, error_body=error_body, post_address=post_address, windows=windows("ratelimit", "bluesky"))
