"""One connection, one request: read it whole, ask the right platform, misbehave where the script says so."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
import time
from datetime import UTC, datetime, timedelta
from http.client import responses
from typing import Any

from tests.fakes import bluesky, control, mastodon, webhook
from tests.fakes.script import Rule, Script
from tests.fakes.wire import Answer, Create, Request


class World:
    """All state of the process."""

    def __init__(self, url: str, dialect: str) -> None:
        self.url = url
        self.dialect = dialect
        self.lock = threading.RLock()
        self.script = Script()
        self.reset()

    def reset(self) -> None:
        self.script.clear()
        self.settings: dict[str, Any] = {"dialect": self.dialect}
        self.posts: list[dict[str, Any]] = []
        self.creates: list[dict[str, Any]] = []
        self.requests: dict[str, int] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.number = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.settings.get("clock_offset", 0)))

    def next_number(self) -> int:
        with self.lock:
            self.number += 1
            return self.number


class Handler(socketserver.BaseRequestHandler):
    world: World

    def handle(self) -> None:
        self.world = self.server.world  # type: ignore[attr-defined]
        with contextlib.suppress(OSError, ValueError):
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.request.settimeout(
                self.world.settings.get("read_seconds")
            )  # as long as an unfinished request is waited for
            request = self._read()
            self.request.settimeout(None)
            if request is not None:
                self._serve(request)

    def _read(self) -> Request | None:
        file = self.request.makefile("rb")
        first = file.readline(65536).decode("latin-1").split()
        if len(first) < 2:
            return None
        headers: dict[str, str] = {}
        while (line := file.readline(65536).decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = file.read(int(headers.get("content-length", 0)))
        if len(body) < int(headers.get("content-length", 0)):
            return None  # the client died while sending: nothing was asked
        return Request(first[0], first[1], headers, body)

    def _serve(self, request: Request) -> None:
        if request.path.startswith("/_control/"):
            self._send(control.answer(self.world, request))
            return
        kind, handler = _route(request)
        with self.world.lock:
            self.world.requests[kind] = self.world.requests.get(kind, 0) + 1
        haystack = request.target + "\n" + request.body.decode("utf-8", "replace")
        self._misbehave(kind, request, handler, haystack)

    def _misbehave(self, kind: str, request: Request, handler: Any, haystack: str) -> None:
        world, script = self.world, self.world.script
        facts = {"request_id": request.headers.get("x-request-id", ""), "text": ""}
        script.stop_at("request_read", kind, haystack, facts)
        rule = script.take(kind, haystack)
        if rule is not None and rule.do == "slow_before":
            time.sleep(rule.seconds or 33)
            rule = None
        if rule is not None and rule.do in BEFORE:
            if kind == "create":
                world.creates.append({"kind": kind, "done": rule.do, **facts})
            BEFORE[rule.do](self, rule)
            return
        result = handler(world, request)
        if isinstance(result, Create):
            facts["text"] = result.text
            world.creates.append({"kind": kind, "done": rule.do if rule else "ok", "key": result.key, **facts})
            if rule is not None and rule.do == "store_later":
                script.keep_for_later(result.store, rule.seconds)
                return
            answer = result.store()
        else:
            answer = result
        script.stop_at("stored", kind, haystack, facts)
        time.sleep(float(world.settings.get("latency_ms", 0)) / 1000)
        AFTER[rule.do](self, rule, answer) if rule is not None and rule.do in AFTER else self._send(answer)
        script.stop_at("answered", kind, haystack, facts)

    def _send(self, answer: Answer, cut: bool = False) -> None:
        body = answer.encoded()
        kind = answer.headers.pop("Content-Type", "application/json; charset=utf-8")
        lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}", f"Content-Type: {kind}"]
        lines += [f"Content-Length: {len(body)}", "Connection: close"]
        if not self.world.settings.get("no_date"):
            lines += [f"Date: {self.world.now():%a, %d %b %Y %H:%M:%S} GMT"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.request.sendall(head + (body[: len(body) // 2] if cut else body))

    def _hold(self, rule: Rule) -> None:
        """Keep the line until the client hangs up, at most `seconds`."""
        self.request.settimeout(rule.seconds or 120)
        with contextlib.suppress(OSError):
            self.request.recv(1)

    def _reset(self, rule: Rule) -> None:
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.request.close()

    def _error(self, rule: Rule) -> None:
        self._send(Answer(rule.status, {"error": "scripted"}, dict(rule.headers)))

    def _given(self, rule: Rule) -> None:
        body = rule.body.encode() if isinstance(rule.body, str) else rule.body
        self._send(Answer(rule.status, body, dict(rule.headers)))

    def _slow(self, rule: Rule, answer: Answer) -> None:
        time.sleep(rule.seconds or 33)
        self._send(answer)

    def _half(self, rule: Rule, answer: Answer) -> None:
        whole = answer.encoded()
        self._send(Answer(answer.status, whole[: len(whole) // 2], answer.headers))


BEFORE: dict[str, Any] = {
    "hang_before": Handler._hold,
    "reset_before": Handler._reset,
    "close_before": lambda handler, rule: None,
    "error_before": Handler._error,
    "answer": Handler._given,
    "ok_error": lambda handler, rule: handler._send(Answer(200, {"error": "scripted", "error_description": "no"})),
}
AFTER: dict[str, Any] = {
    "hang_after": lambda handler, rule, answer: handler._hold(rule),
    "reset_after": lambda handler, rule, answer: handler._reset(rule),
    "close_after": lambda handler, rule, answer: None,
    "error_after": lambda handler, rule, answer: handler._error(rule),
    "truncated": lambda handler, rule, answer: handler._send(answer, cut=True),
    "half_json": Handler._half,
    "garbage": lambda handler, rule, answer: handler._send(
        Answer(200, b"<html>ok</html>", {"Content-Type": "text/html"})
    ),
    "no_id": lambda handler, rule, answer: handler._send(Answer(200, {})),
    "slow": Handler._slow,
}


def _route(request: Request) -> tuple[str, Any]:
    """(kind, handler) of a request; the three platforms do not share paths."""
    for module in (bluesky, mastodon, webhook):
        found = module.route(request)
        if found is not None:
            return found
    return "read", lambda world, request: Answer(404, {"error": "Record not found"})
