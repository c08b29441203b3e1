"""From one exchange to a verdict. Pure; the order of the rules is the design (docs/delivery.md, "The verdict").

1. no byte of the request left → no
2. the platform's own code, by the connector's table (also in a 2xx)
3. by status; whatever leaves a doubt is unknown; a refusal that says when to come back (Retry-After) is no last word
4. duplicates are marked: after an unknown they are evidence (`Verdict.after_unknown`)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.outbound.exchange import Exchange
from app.platforms.blame import RIGHT
from app.platforms.errors import (
    AUTH_FAILED,
    CONTENT_REJECTED,
    INVALID_PARAMETERS,
    NETWORK_TIMEOUT,
    PLATFORM_ERROR,
    RATE_LIMIT,
    UNKNOWN,
    ErrorType,
)
from app.platforms.rates import retry_after
from app.platforms.results import CannotTell, Refused, Verdict
from app.platforms.table import ErrorBody, Rule, Table

__all__ = ["Rule", "ErrorBody", "Table", "cannot_tell", "judge", "judge_repeatable", "judge_check"]

FINAL_STATUS: dict[int, ErrorType] = {
    400: CONTENT_REJECTED,
    402: AUTH_FAILED,
    403: AUTH_FAILED,
    404: INVALID_PARAMETERS,
    405: PLATFORM_ERROR,
    410: INVALID_PARAMETERS,
    413: CONTENT_REJECTED,
    415: CONTENT_REJECTED,
    422: CONTENT_REJECTED,
}
BROKEN_LINES = ("timeout", "reset", "truncated")
LOCAL_REFUSALS = ("blocked", "bad_request")


def judge(exchange: Exchange, table: Table) -> Verdict:
    """The verdict on a single-shot call."""
    body = table.error_body(exchange) if exchange.status is not None and not exchange.error else ErrorBody()
    verdict = _decide(exchange, table, body)
    own_words = body.own_words or bool(verdict.message)
    return replace(
        verdict,
        code=verdict.code or body.code,
        message=verdict.message or body.message,
        own_words=own_words,
        missing=body.missing if verdict.blame == RIGHT else "",
        http_status=exchange.status,
        limits=table.windows(exchange),
        request=exchange.request,
        response=exchange.response,
        request_id=exchange.request_id,
        duration_ms=exchange.duration_ms,
    )


def judge_repeatable(exchange: Exchange, table: Table) -> Verdict:
    """The verdict on a call that may be repeated (upload, look-up): doubt is harmless there, so it is a no to retry."""
    if exchange.ok and not _row(exchange, table, table.error_body(exchange)):
        return replace(judge(exchange, table), outcome="yes", error_type=None, matched_by=f"status:{exchange.status}")
    verdict = judge(exchange, table)
    if verdict.outcome == "no":
        return verdict
    kind: ErrorType = NETWORK_TIMEOUT if exchange.error or exchange.status == 408 else PLATFORM_ERROR
    return replace(verdict, outcome="no", error_type=kind, final=False, retry_after=retry_after(exchange))


def cannot_tell(exchange: Exchange, table: Table) -> CannotTell:
    """Why a look-up told nothing."""
    verdict = judge_repeatable(exchange, table)
    kind = verdict.error_type or PLATFORM_ERROR
    evidence = {"http_status": exchange.status, "code": verdict.code, "request_id": exchange.request_id}
    reason = verdict.message or f"HTTP {exchange.status}"
    return CannotTell(reason, error_type=kind, retry_after=verdict.retry_after, evidence=evidence)


def judge_check(exchange: Exchange, table: Table) -> Refused | CannotTell:
    """For `verify` and `refresh`: only a definite auth_failed refuses; a blip must not disconnect an account."""
    verdict = judge_repeatable(exchange, table)
    if verdict.final and verdict.error_type in (AUTH_FAILED, INVALID_PARAMETERS, CONTENT_REJECTED):
        text = verdict.advice or f"The platform refused (HTTP {exchange.status})."
        return Refused(
            text, error_type=verdict.error_type, code=verdict.code, http_status=exchange.status, blame=verdict.blame
        )
    return cannot_tell(exchange, table)


def _decide(exchange: Exchange, table: Table, body: ErrorBody) -> Verdict:
    if not exchange.bytes_left:
        return _judge_unsent(exchange)
    if exchange.error or exchange.status is None:
        rule = f"error:{exchange.error or 'no_answer'}"
        kind: ErrorType = NETWORK_TIMEOUT if exchange.error in BROKEN_LINES else PLATFORM_ERROR
        return Verdict("unknown", error_type=kind, message=exchange.detail or "No whole answer.", matched_by=rule)
    rule_row = _row(exchange, table, body)
    if rule_row is not None:
        return _by_rule(exchange, rule_row)
    return _by_status(exchange, exchange.status, table, body)


def _row(exchange: Exchange, table: Table, body: ErrorBody) -> Rule | None:
    status = exchange.status or 0
    return next((rule for rule in table.rules if rule.matches(status, body)), None)


def _judge_unsent(exchange: Exchange) -> Verdict:
    rule = f"error:{exchange.error}"
    if exchange.error in LOCAL_REFUSALS:  # our own guard or a malformed address: trying again changes nothing
        return Verdict("no", error_type=INVALID_PARAMETERS, message=exchange.detail, matched_by=rule, final=True)
    return Verdict("no", error_type=NETWORK_TIMEOUT, message=exchange.detail, matched_by=rule)


def _by_rule(exchange: Exchange, rule: Rule) -> Verdict:
    pause = retry_after(exchange) if rule.outcome == "no" else None
    if pause is not None and rule.final and not rule.code and not rule.account:
        return _postponed(pause, f"{rule.name}+retry_after")
    return Verdict(
        rule.outcome,
        error_type=rule.error_type,
        final=rule.final and rule.outcome == "no" and rule.error_type != RATE_LIMIT,
        account=rule.account,
        blame=rule.blame,
        duplicate=rule.duplicate,
        alone=rule.alone,
        retry_after=pause or rule.wait,
        matched_by=rule.name,
    )


def _postponed(pause: timedelta, rule: str) -> Verdict:
    """A refusal that names a time to come back at. Source: RFC 9110, 10.2.3 and 15.5.14; some limit rates with a 403."""
    return Verdict("no", error_type=RATE_LIMIT, retry_after=pause, matched_by=rule)


def _by_status(exchange: Exchange, status: int, table: Table, body: ErrorBody) -> Verdict:
    rule = f"status:{status}"
    if 200 <= status < 300:
        post_id, url = table.post_address(exchange)
        if post_id:
            return Verdict("yes", post_id=post_id, url=url, matched_by=rule)
        text = "" if body.message else "The platform answered without the id of a post."
        return Verdict("unknown", error_type=PLATFORM_ERROR, message=text, matched_by=f"{rule}+no_id")
    if status == 429:
        return Verdict("no", error_type=RATE_LIMIT, retry_after=retry_after(exchange), matched_by=rule)
    if status == 401:
        return Verdict("no", error_type=AUTH_FAILED, account="refresh", final=True, matched_by=rule)
    if 300 <= status < 400:
        text = "The platform answered with a redirect; a post is never sent to a second address."
        return Verdict("no", error_type=PLATFORM_ERROR, final=True, message=text, matched_by=rule)
    if status in FINAL_STATUS and (pause := retry_after(exchange)) is not None:
        return _postponed(pause, f"{rule}+retry_after")
    if status in FINAL_STATUS:
        return Verdict("no", error_type=FINAL_STATUS[status], final=True, matched_by=rule)
    doubt: ErrorType = PLATFORM_ERROR if status >= 500 else NETWORK_TIMEOUT if status == 408 else UNKNOWN
    return Verdict("unknown", error_type=doubt, matched_by=rule)
