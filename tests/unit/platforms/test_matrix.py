"""Every row of the verdict (docs/delivery.md, "The verdict") for every connector that speaks HTTP, through the
real transport and a loopback server that speaks the row. Made from the registry: a new connector is in it by itself."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.platforms import registry
from app.platforms.base import Connector, Verdict
from app.platforms.keys import tid
from app.platforms.verdict import Rule, Table
from tests.fakes.ports import Recorder, context
from tests.unit.platforms.making import Made, from_spec, made_by
from tests.unit.platforms.speaking import Server

HTTP = [connector for connector in registry.all() if connector.spec.credential_type != "none"]
by_connector = pytest.mark.parametrize("connector", HTTP, ids=[c.spec.slug for c in HTTP])
PAGE = b"<!doctype html><title>Just a moment...</title>"
BODIES = {"empty": b"", "page": PAGE, "error": b'{"error": "Said", "message": "words"}'}
NO = {
    400: "content_rejected", 402: "auth_failed", 403: "auth_failed", 404: "invalid_parameters", 405: "platform_error",
    410: "invalid_parameters", 413: "content_rejected", 415: "content_rejected", 422: "content_rejected",
    301: "platform_error", 302: "platform_error", 307: "platform_error", 308: "platform_error", 401: "auth_failed",
}  # fmt: skip
DOUBT = {
    408: "network_timeout", 409: "unknown", 425: "unknown", 418: "unknown", 500: "platform_error", 502: "platform_error",
    503: "platform_error", 504: "platform_error",
}  # fmt: skip
LEFT = {"Remaining": "3", "Reset": "4102444800"}
Expected = tuple[str, str | None, bool, str]


def rows() -> Iterator[tuple[str, int, bytes, dict[str, str], Expected]]:
    for status, kind in NO.items():
        for name, body in BODIES.items():
            yield f"{status} {name}", status, body, {}, ("no", kind, True, "refresh" if status == 401 else "")
    for status, kind in DOUBT.items():
        for name, body in BODIES.items():
            yield f"{status} {name}", status, body, {}, ("unknown", kind, False, "")
    for name, body in {**BODIES, "object": b"{}", "array": b"[1, 2]", "cut JSON": b'{"id": "7", "acc'}.items():
        yield f"200 {name}", 200, body, {}, ("unknown", "platform_error", False, "")
    yield "204 empty", 204, b"", {}, ("unknown", "platform_error", False, "")
    counted = {f"{prefix}{part}": value for prefix in ("RateLimit-", "X-RateLimit-") for part, value in LEFT.items()}
    yield "429 waits", 429, b"", {"Retry-After": "90", **counted}, ("no", "rate_limit", False, "")
    yield "429 bare", 429, BODIES["error"], {}, ("no", "rate_limit", False, "")


ROWS = list(rows())


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield made
        made.over.set()
        made.shutdown()


def sent(connector: Connector, root: str, **options: Any) -> tuple[Verdict, Made]:
    ctx = context(Recorder(**options))
    made = made_by(connector, ctx, root)
    key = tid(ctx.clock.now())
    verdict = connector.publish(ctx, made.account, made.post, key, {})
    assert ctx.http.creates == 1  # type: ignore[attr-defined]
    assert bool(verdict.post_id) == (verdict.outcome == "yes")
    return verdict, made


def short(verdict: Verdict) -> Expected:
    return verdict.outcome, verdict.error_type, verdict.final, verdict.account


def whole(status: int, body: bytes, headers: dict[str, str], kind: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status} x", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def rules_of(connector: Connector) -> list[Rule]:
    table = next((v for v in vars(connector.module).values() if isinstance(v, Table)), Table())
    return [*table.rules, *getattr(connector.module, "RULES", ())]


def kept_as_evidence(verdict: Verdict, status: int, body: bytes) -> None:
    """What the attempt's page shows: what was sent, what was answered, and the platform's own words of a refusal."""
    assert (verdict.http_status, bool(verdict.request_id), verdict.duration_ms is not None) == (status, True, True)
    assert verdict.request["method"] == "POST" and verdict.response["status"] == status
    if body == BODIES["error"] and verdict.outcome == "no" and not 300 <= status < 400:
        assert "words" in verdict.message or "Said" in verdict.message


@by_connector
@pytest.mark.parametrize(("name", "status", "body", "headers", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_each_row_of_the_verdict_holds_for_each_connector(
    server: Server,
    connector: Connector,
    name: str,
    status: int,
    body: bytes,
    headers: dict[str, str],
    expected: Expected,
) -> None:
    to = {"Location": f"{server.root}/elsewhere"} if 300 <= status < 400 else {}
    server.answer = whole(status, body, {**headers, **to}, "text/html" if body == PAGE else "application/json")
    verdict, made = sent(connector, server.root)
    assert short(verdict) == made.special.get(name, expected)
    assert server.asked == 1, "a create call is sent once, to one address"
    kept_as_evidence(verdict, status, body)
    row = next((rule for rule in rules_of(connector) if rule.name == verdict.matched_by), None)
    assert (verdict.blame, verdict.duplicate) == ((row.blame, row.duplicate) if row else ("", False))
    if status == 429:
        assert verdict.retry_after == (timedelta(seconds=90) if "Retry-After" in headers else None)
        assert [one.remaining for one in verdict.limits] == ([3] if made.counts and headers else [])


@by_connector
def test_a_2xx_with_the_platforms_own_id_is_a_yes(server: Server, connector: Connector) -> None:
    for kind in ("application/json", "text/html"):
        server.answer = whole(200, json.dumps(made_by(connector, context(), server.root).good).encode(), {}, kind)
        verdict, _ = sent(connector, server.root)
        assert short(verdict) == ("yes", None, False, "")


@by_connector
@pytest.mark.parametrize("row", ["dns", "connect", "tls", "blocked"])
def test_where_no_byte_left_nothing_was_posted(server: Server, connector: Connector, row: str) -> None:
    roots = {
        "dns": "http://nowhere.invalid",
        "tls": server.root.replace("http:", "https:"),
        "blocked": "http://10.0.0.1",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound, not listening: refused
        verdict, _ = sent(connector, roots.get(row, f"http://127.0.0.1:{free.getsockname()[1]}"))
    final = row == "blocked"
    assert short(verdict) == ("no", "invalid_parameters" if final else "network_timeout", final, "")
    assert verdict.matched_by == f"error:{row}" and server.asked == 0


@by_connector
@pytest.mark.parametrize("row", ["reset", "close", "hang", "cut", "huge", "no HTTP"])
def test_a_line_that_broke_after_the_request_is_unknown(server: Server, connector: Connector, row: str) -> None:
    good = json.dumps(made_by(connector, context(), server.root).good).encode()
    huge = b'{"padding": "' + b"x" * 10_000_000 + b'", ' + good[1:]
    answers = {"cut": whole(200, good, {})[:-4], "huge": whole(200, huge, {}), "no HTTP": b"220 mail.test ESMTP\r\n"}
    server.do, server.answer = row, answers.get(row, b"")
    verdict, _ = sent(connector, server.root, deadline=1.0 if row == "hang" else 10.0)
    kind = "platform_error" if row == "huge" else "network_timeout"
    assert short(verdict) == ("unknown", kind, False, "")
    assert server.asked == 1


@by_connector
def test_each_structured_row_of_a_connectors_own_table_is_met_over_the_line(
    server: Server, connector: Connector
) -> None:
    """Codes of the body come before the status, also where they say that it is there already (evidence after an unknown)."""
    table = next((v for v in vars(connector.module).values() if isinstance(v, Table)), Table())
    for rule in [rule for rule in table.rules if rule.code and rule.code.isalnum()]:
        body = json.dumps({"error": rule.code, "message": "words"}).encode()
        if table.error_body(_answered(body, rule.status or 400)).code != rule.code:
            continue  # this platform names no codes in its bodies
        server.answer = whole(rule.status or 400, body, {})
        verdict, _ = sent(connector, server.root)
        final = rule.final and rule.outcome == "no" and rule.error_type != "rate_limit"
        assert short(verdict) == (rule.outcome, rule.error_type, final, rule.account), rule.name
        assert (verdict.duplicate, verdict.blame) == (rule.duplicate, rule.blame)
        if rule.duplicate:
            assert verdict.after_unknown().outcome == "unknown"


def _answered(body: bytes, status: int) -> Any:
    from tests.unit.platforms.test_verdict import exchange

    return exchange(status, body=body)


def test_a_connector_whose_yes_nobody_has_recorded_is_named(server: Server, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"recorded/bluesky\.json: record how the platform says yes"):
        from_spec(registry.get("bluesky"), server.root, tmp_path)
