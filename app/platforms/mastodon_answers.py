"""Reading answers of the Mastodon API: errors, ids, rate limits.

Servers name no error codes, only sentences. Most are in the reader's language, so rules go by status; `code` says whether
the body is one of the API (a firewall's HTML page with a 403 must not disconnect an account). The few sentences that
servers never translate, or only where the account has chosen another language than the English that is asked for, are told
apart as a whole (SENTENCES), and a challenge of RFC 6750 by its own code.
"""

from __future__ import annotations

import re
from datetime import timedelta

from app.platforms.base import Exchange
from app.platforms.blame import INACTIVE, RIGHT, SUSPENDED
from app.platforms.errors import AUTH_FAILED, CONTENT_REJECTED, PLATFORM_ERROR
from app.platforms.mastodon_account import RIGHTS
from app.platforms.rates import windows
from app.platforms.verdict import ErrorBody, Rule, Table

DOCS = "https://docs.joinmastodon.org/methods/statuses/#create"
ACCOUNT = "https://docs.joinmastodon.org/methods/accounts/#verify_credentials, 403"

MOMENT = timedelta(seconds=15)
"""“Try again in a moment!”"""

NOT_READY = re.compile(
    r"(Validation failed: )?Cannot attach files that have not finished processing\. Try again in a moment!"
)

SENTENCES = (
    # mastodon api/base_controller.rb, doorkeeper_forbidden_render_options
    (403, re.compile(r"This action is outside the authorized scopes"), "scope"),
    # pleroma lib/pleroma/web/plugs/o_auth_scopes_plug.ex (translated where the instance is)
    (403, re.compile(r"Insufficient permissions: [a-z_:&| ]+\.?"), "scope"),
    # gotosocial internal/api/util/auth.go; "Forbidden: " is put before it by internal/gtserror
    (403, re.compile(r"(Forbidden: )?token has insufficient scope permission"), "scope"),
    # mastodon api/base_controller.rb, require_user! (not translated); disabled is said of a suspended account too
    (403, re.compile(r"Your login is currently disabled"), "disabled"),
    (403, re.compile(r"Your login is currently pending approval"), "pending"),
    (403, re.compile(r"Your login is missing a confirmed e-mail address"), "pending"),
    # gotosocial internal/api/util/errorhandling.go, ForbiddenAfterMove
    (403, re.compile(r"your account has Moved or is currently Moving; you cannot .+"), "moved"),
    # pixelfed Api/ApiV1Controller.php, statusCreate: both are about the post, though one has the status of a refused account
    (403, re.compile(r"Empty statuses are not allowed|Invalid media id"), "content"),
    (400, re.compile(r"Duplicate idempotency key\."), "duplicate"),
    # mastodon config/locales/en.yml, media_attachments.validations.not_ready; translated, so English is asked for
    (422, NOT_READY, "not_ready"),
)
CHALLENGE = re.compile(r'error="(insufficient_scope|invalid_scope)"')

RULES = (
    Rule(AUTH_FAILED, status=403, code="scope", account="down", blame=RIGHT, source=f"{DOCS}, 403; RFC 6750, 3.1"),
    Rule(AUTH_FAILED, status=403, code="disabled", account="down", blame=SUSPENDED, source=ACCOUNT),
    Rule(AUTH_FAILED, status=403, code="pending", account="down", blame=INACTIVE, source=ACCOUNT),
    Rule(AUTH_FAILED, status=403, code="moved", account="down", blame=INACTIVE, source="gotosocial ForbiddenAfterMove"),
    Rule(CONTENT_REJECTED, status=403, code="content", source="pixelfed statusCreate"),
    # kept for an hour from the first try on, whatever became of it: evidence after an unknown, not proof
    Rule(
        CONTENT_REJECTED, status=400, code="duplicate", duplicate=True, source="pixelfed statusCreate, idempotency-key"
    ),
    Rule(
        PLATFORM_ERROR,
        status=422,
        code="not_ready",
        final=False,
        alone=True,
        wait=MOMENT,
        source="mastodon en.yml, not_ready",
    ),
    # any other refusal of the account
    Rule(AUTH_FAILED, status=403, code="api", account="down", source=f"{DOCS}, 403"),
    # a page of a firewall or a proxy in front: not the account's fault, and nothing was posted
    Rule(PLATFORM_ERROR, status=403, code="", source="synthetic: no API body"),
    # Mastodon's limited federation or maintenance pages answer 404 without an API body
    Rule(PLATFORM_ERROR, status=404, code="", source="synthetic: no API body"),
    # no server of the family is known to do this; whether it kept the post has to be looked up
    Rule(PLATFORM_ERROR, status=200, code="api", outcome="unknown", source="synthetic: 200 + error"),
)


def error_body(exchange: Exchange) -> ErrorBody:
    """`error` (Mastodon, Pleroma, GoToSocial), `error_description` (OAuth), `message` + `errors` (Pixelfed, Laravel)."""
    body = exchange.object()
    error = body.get("error") or body.get("errors") or body.get("message")
    if not error:
        challenged = exchange.status == 403 and CHALLENGE.search(exchange.headers.get("www-authenticate", ""))
        return ErrorBody(code="scope", missing=required_right(exchange)) if challenged else _without_reason(exchange)
    words = error if isinstance(error, str) else str(body.get("message") or error)
    code = _code(exchange, words)
    more = body.get("error_description")
    if isinstance(more, str) and more != words:
        words = f"{words}: {more}"
    return ErrorBody(code=code, message=words[:500], missing=required_right(exchange) if code == "scope" else "")


def _without_reason(exchange: Exchange) -> ErrorBody:
    """A refusal that gives no reason: it may be the token's as well as the post's (snac answers so)."""
    if exchange.status not in (400, 422):
        return ErrorBody()
    text = f"HTTP {exchange.status} without a reason; the account is being checked"
    return ErrorBody(message=text, own_words=True)


def _code(exchange: Exchange, words: str) -> str:
    if exchange.status == 403 and CHALLENGE.search(exchange.headers.get("www-authenticate", "")):
        return "scope"
    sentence = words.strip()
    return next(
        (code for status, pattern, code in SENTENCES if status == exchange.status and pattern.fullmatch(sentence)),
        "api",
    )


def required_right(exchange: Exchange) -> str:
    """The right that a call needs. Source: https://docs.joinmastodon.org/api/oauth-scopes/"""
    path = exchange.url.partition("?")[0]
    check, look, post, picture = RIGHTS
    if "/media" in path:
        return picture
    if path.endswith("/verify_credentials"):
        return check
    return look if exchange.method == "GET" else post


def post_address(exchange: Exchange) -> tuple[str, str]:
    """The status' id and public address. A scheduled status has an id but no `uri`: that is not a post."""
    status = exchange.object()
    number = status.get("id")
    if not isinstance(number, str | int) or isinstance(number, bool) or "account" not in status:
        return "", ""
    url = status.get("url") or status.get("uri")
    return str(number), url if isinstance(url, str) else ""


TABLE = Table(rules=RULES, error_body=error_body, post_address=post_address, windows=windows("x-ratelimit", "mastodon"))
