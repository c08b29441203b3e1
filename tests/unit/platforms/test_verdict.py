"""The verdict, row by row, in the order of the design."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.outbound.exchange import Exchange
from app.platforms.base import CannotTell, Refused, Verdict
from app.platforms.verdict import ErrorBody, Rule, Table, judge, judge_check, judge_repeatable

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DATE = "Fri, 20 Nov 2026 12:00:00 GMT"


def exchange(status: int | None = None, **values: Any) -> Exchange:
    head = {"method": "POST", "url": "https://x.test/", "bytes_left": True, "started_at": NOW, "duration_ms": 5}
    return Exchange(**{**head, "request_id": "r", "status": status, **values})


def error_body(answer: Exchange) -> ErrorBody:
    return ErrorBody(str(answer.object().get("code", "")), "", str(answer.object().get("message", "")))


def post_address(answer: Exchange) -> tuple[str, str]:
    return str(answer.object().get("id", "")), ""


TABLE = Table(
    rules=(
        Rule("content_rejected", code="duplicate", duplicate=True),
        Rule("auth_failed", status=403, code="gone", account="down"),
        Rule("rate_limit", code="slow", wait=timedelta(minutes=3)),
        Rule("platform_error", code="odd", outcome="unknown"),
        Rule("platform_error", code="later", final=False),
    ),
    error_body=error_body,
    post_address=post_address,
)


@pytest.mark.parametrize("error", ["dns", "connect", "tls", "timeout", "reset"])
def test_no_byte_left_is_a_no_that_may_be_retried(error: Any) -> None:
    verdict = judge(exchange(error=error, bytes_left=False), TABLE)
    assert (verdict.outcome, verdict.error_type, verdict.may_retry) == ("no", "network_timeout", True)


@pytest.mark.parametrize("error", ["blocked", "bad_request"])
def test_our_own_refusals_are_final(error: Any) -> None:
    verdict = judge(exchange(error=error, bytes_left=False), TABLE)
    assert (verdict.outcome, verdict.error_type, verdict.final) == ("no", "invalid_parameters", True)


@pytest.mark.parametrize(
    ("error", "kind"),
    [("timeout", "network_timeout"), ("reset", "network_timeout"), ("truncated", "network_timeout"), ("too_large", "platform_error"), ("protocol", "platform_error")],
)  # fmt: skip
@pytest.mark.parametrize("status", [None, 200, 422])
def test_a_line_that_broke_is_unknown_whatever_the_head_said(error: Any, kind: str, status: int | None) -> None:
    body = b'{"code": "duplicate"}'
    verdict = judge(exchange(status, error=error, body=body), TABLE)
    assert (verdict.outcome, verdict.error_type) == ("unknown", kind)


def test_the_table_comes_before_the_status_also_in_a_2xx() -> None:
    verdict = judge(exchange(200, body=b'{"code": "duplicate", "id": "1", "message": "twice"}'), TABLE)
    assert (verdict.outcome, verdict.error_type, verdict.final) == ("no", "content_rejected", True)
    assert (verdict.code, verdict.message, verdict.matched_by) == ("duplicate", "twice", "table:duplicate")


def test_a_duplicate_is_evidence_after_an_unknown() -> None:
    verdict = judge(exchange(400, body=b'{"code": "duplicate"}'), TABLE)
    assert verdict.after_unknown().outcome == "unknown"
    plain = judge(exchange(422), TABLE)
    assert plain.after_unknown() is plain


def test_rows_say_account_wait_and_doubt() -> None:
    assert judge(exchange(403, body=b'{"code": "gone"}'), TABLE).account == "down"
    slow = judge(exchange(400, body=b'{"code": "slow"}'), TABLE)
    assert (slow.error_type, slow.retry_after, slow.may_retry) == ("rate_limit", timedelta(minutes=3), True)
    assert judge(exchange(400, body=b'{"code": "odd"}'), TABLE).outcome == "unknown"
    assert judge(exchange(400, body=b'{"code": "later"}'), TABLE).may_retry


@pytest.mark.parametrize(
    ("status", "outcome", "error_type", "final"),
    [
        (400, "no", "content_rejected", True), (401, "no", "auth_failed", True), (402, "no", "auth_failed", True),
        (403, "no", "auth_failed", True), (404, "no", "invalid_parameters", True), (405, "no", "platform_error", True),
        (410, "no", "invalid_parameters", True), (413, "no", "content_rejected", True),
        (415, "no", "content_rejected", True), (422, "no", "content_rejected", True),
        (301, "no", "platform_error", True), (307, "no", "platform_error", True), (429, "no", "rate_limit", False),
        (408, "unknown", "network_timeout", False), (409, "unknown", "unknown", False), (425, "unknown", "unknown", False),
        (500, "unknown", "platform_error", False), (502, "unknown", "platform_error", False),
        (503, "unknown", "platform_error", False), (504, "unknown", "platform_error", False),
        (418, "unknown", "unknown", False), (100, "unknown", "unknown", False),
    ],
)  # fmt: skip
def test_statuses(status: int, outcome: str, error_type: str, final: bool) -> None:
    verdict = judge(exchange(status), TABLE)
    assert (verdict.outcome, verdict.error_type, verdict.final) == (outcome, error_type, final)
    assert verdict.account == ("refresh" if status == 401 else "")


def test_success_needs_the_platforms_own_id() -> None:
    assert judge(exchange(201, body=b'{"id": "7"}'), TABLE).post_id == "7"
    for body in (b"{}", b"", b'{"id": "', b"<html>ok</html>", b"[]", b'{"id": ""}'):
        verdict = judge(exchange(200, body=body), TABLE)
        assert (verdict.outcome, verdict.matched_by) == ("unknown", "status:200+no_id")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("0.5", 0.5), ("-3", 0), ("Fri, 20 Nov 2026 12:02:00 GMT", 120), ("soon", None), ("", None), ("1e400", None)],
)  # fmt: skip
def test_retry_after(value: str, seconds: float | None) -> None:
    verdict = judge(exchange(429, headers={"retry-after": value, "date": DATE}), TABLE)
    assert verdict.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_a_date_is_read_against_the_servers_own_clock() -> None:
    headers = {"retry-after": "Fri, 20 Nov 2026 11:01:00 GMT", "date": "Fri, 20 Nov 2026 11:00:00 GMT"}
    assert judge(exchange(429, headers=headers), TABLE).retry_after == timedelta(minutes=1)


def test_repeatable_calls_turn_doubt_into_a_retry() -> None:
    for bad in (exchange(503), exchange(None, error="timeout"), exchange(408)):
        verdict = judge_repeatable(bad, TABLE)
        assert verdict.may_retry
    assert judge_repeatable(exchange(200, body=b"{}"), TABLE).outcome == "yes"
    assert judge_repeatable(exchange(422), TABLE).final


def test_a_blip_disconnects_nobody() -> None:
    for bad in (
        exchange(503),
        exchange(None, error="timeout"),
        exchange(429),
        exchange(None, error="dns", bytes_left=False),
    ):
        assert isinstance(judge_check(bad, TABLE), CannotTell)
    assert isinstance(judge_check(exchange(401), TABLE), Refused)


@pytest.mark.parametrize("status", [400, 402, 403, 404, 405, 410, 413, 415, 422])
def test_a_refusal_that_says_when_to_come_back_is_waited_for(status: int) -> None:
    """(J17) RFC 9110, 10.2.3: any answer may carry Retry-After."""
    verdict = judge(exchange(status, headers={"retry-after": "30"}), Table())
    assert (verdict.outcome, verdict.error_type, verdict.may_retry) == ("no", "rate_limit", True)
    assert verdict.retry_after == timedelta(seconds=30)
    assert judge(exchange(status, headers={"retry-after": "soon"}), Table()).final


def test_a_code_of_the_platform_is_believed_before_a_retry_after() -> None:
    table = Table(rules=(Rule("content_rejected", code="bad"),), error_body=lambda answer: ErrorBody(code="bad"))
    assert judge(exchange(400, headers={"retry-after": "30"}), table).final


def test_our_own_words_are_never_called_the_platforms() -> None:
    """(J19)"""
    assert judge(exchange(200, body=b"{}"), Table()).own_words
    assert judge(exchange(302), Table()).own_words
    theirs = Table(error_body=lambda answer: ErrorBody(message="No."))
    for status in (200, 400, 422, 500):
        verdict = judge(exchange(status, body=b"{}"), theirs)
        assert (verdict.message, verdict.own_words) == ("No.", False)
    assert Verdict("no", message="Ours.", blame="address").advice.endswith(" Ours.")
    assert Verdict("no", message="Theirs", http_status=410, blame="address").advice.endswith("It said: “Theirs”.")


def test_a_look_that_is_told_to_wait_knows_how_long() -> None:
    answer = judge_repeatable(exchange(503, headers={"retry-after": "40"}), Table())
    assert (answer.may_retry, answer.retry_after) == (True, timedelta(seconds=40))
