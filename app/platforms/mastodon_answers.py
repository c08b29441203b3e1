"""Reading answers of the Mastodon API: errors, ids, rate limits.

Servers name no error codes, only sentences in the reader's language, so rules go by status; `code` says whether the
body is one of the API (a firewall's HTML page with a 403 must not disconnect an account).
"""

from __future__ import annotations

from app.platforms.base import Exchange
from app.platforms.errors import AUTH_FAILED, PLATFORM_ERROR
from app.platforms.rates import windows
from app.platforms.verdict import Rule, Said, Table

DOCS = "https://docs.joinmastodon.org/methods/statuses/#create"

RULES = (
    # "This action is outside the authorized scopes", "Your login is currently disabled", pending approval
    Rule(AUTH_FAILED, status=403, code="api", account="down", source=f"{DOCS}, 403"),
    # a page of a firewall or a proxy in front: not the account's fault, and nothing was posted
    Rule(PLATFORM_ERROR, status=403, code="", source="synthetic: no API body"),
    # Mastodon's limited federation or maintenance pages answer 404 without an API body
    Rule(PLATFORM_ERROR, status=404, code="", source="synthetic: no API body"),
    # no server of the family is known to do this; whether it kept the post has to be looked up
    Rule(PLATFORM_ERROR, status=200, code="api", outcome="unknown", source="synthetic: 200 + error"),
)


def said(exchange: Exchange) -> Said:
    """`error` (Mastodon, Pleroma, GoToSocial), `error_description` (OAuth), `message` + `errors` (Pixelfed, Laravel)."""
    body = exchange.object()
    error = body.get("error") or body.get("errors") or body.get("message")
    if not error:
        return Said()
    words = error if isinstance(error, str) else str(body.get("message") or error)
    more = body.get("error_description")
    if isinstance(more, str) and more != words:
        words = f"{words}: {more}"
    return Said(code="api", message=words[:500])


def made(exchange: Exchange) -> tuple[str, str]:
    """The status' id and public address. A scheduled status has an id but no `uri`: that is not a post."""
    status = exchange.object()
    number = status.get("id")
    if not isinstance(number, str | int) or isinstance(number, bool) or "account" not in status:
        return "", ""
    url = status.get("url") or status.get("uri")
    return str(number), url if isinstance(url, str) else ""


TABLE = Table(rules=RULES, said=said, made=made, windows=windows("x-ratelimit", "mastodon"))
