"""A record's life as a timeline: tries, looks, the waits between them, what people did. Pure, newest first.

In: attempts (newest first), what people did, who scheduled and approved. Out: `Event`s for the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from itertools import pairwise
from typing import Any

from app.platforms.blame import sentence
from app.publishing.pages.banner_parts import is_quote
from app.web import labels, times

PAUSE = 2.0
"""Shorter waits between two tries are not worth a line."""


@dataclass(frozen=True)
class Event:
    """One line. `kind`: try, look, wait, people. `request` and `response` are the redacted copies as text."""

    kind: str
    title: str
    at: datetime | None
    tone: str = "idle"
    icon: str = "point"
    text: str = ""
    took: str = ""
    by: str = ""
    request: str = ""
    response: str = ""
    open: bool = False


def timeline(attempts: Sequence[Any], platform: str, people: Iterable[Event]) -> list[Event]:
    """Everything in one line of time, newest first, with the waits between tries."""
    events = [_event(one, platform, newest=index == 0) for index, one in enumerate(attempts)]
    events += people
    events.sort(key=lambda e: e.at.timestamp() if e.at else 0.0, reverse=True)
    return _with_waits(events, attempts)


def _with_waits(events: list[Event], attempts: Sequence[Any]) -> list[Event]:
    ended = {one.started_at: one for one in attempts}
    told: list[Event] = []
    for newer, older in pairwise([*events, None]):
        if newer is None:
            continue
        told.append(newer)
        if older is not None and newer.kind in ("try", "look") and older.kind in ("try", "look"):
            wait = _wait(newer, ended[older.at])
            if wait is not None:
                told.append(wait)
    return told


def _wait(newer: Event, before: Any) -> Event | None:
    if newer.at is None:
        return None
    seconds = (newer.at - (before.finished_at or before.started_at)).total_seconds()
    if seconds < PAUSE:
        return None
    asked = before.error_type == "rate_limit" or _header(before.response, "retry-after")
    why = ", as the platform asked" if asked else " before looking again" if newer.kind == "look" else ""
    header = _header(before.response, "retry-after")
    return Event(
        "wait",
        f"Waited {times.span(round(seconds))}{why}{f' (Retry-After: {header})' if header else ''}",
        None,
        icon="hourglass",
    )


def _event(one: Any, platform: str, newest: bool) -> Event:
    took = times.span(one.duration_ms / 1000) if one.duration_ms is not None else ""
    teller = {"reconcile": _lookup, "confirm": _lookup, "withdraw": _withdrawal}.get(one.step, _try)
    title, tone, icon, text = teller(one, platform)
    return Event(
        "try" if teller is _try else "look", title, one.started_at, tone, icon, text, took,
        request=copy_of(one.request), response=copy_of(one.response), open=newest and one.outcome == "no",
    )  # fmt: skip


def _try(one: Any, platform: str) -> tuple[str, str, str, str]:
    name = f"Attempt {one.number}"
    if one.outcome is None:
        return (
            f"{name}: no answer yet",
            "run",
            "loader-2",
            "The request is on its way, or its answer was lost. Nothing is sent twice.",
        )
    if one.outcome == "yes":
        return f"{name}: published", "ok", "circle-check", f"{platform} answered{_status(one)} and named the post."
    if one.outcome == "unknown":
        return (
            f"{name}: no clear answer",
            "wait",
            "help-hexagon",
            f"{_answer(one, platform)} It may or may not be out, so we look before anything else.",
        )
    label = labels.error_type(one.error_type)
    return f"{name}: {label.word.lower()}", label.tone, label.icon, _answer(one, platform)


def _lookup(one: Any, platform: str) -> tuple[str, str, str, str]:
    if one.step == "confirm":
        words = {"yes": ("It is live", "ok", "circle-check"), "no": ("The platform gave up on it", "bad", "circle-x")}
        title, tone, icon = words.get(one.outcome or "", ("Still being processed", "run", "loader-2"))
        return title, tone, icon, _answer(one, platform) if one.outcome == "no" else ""
    if (one.response or {}).get("twins"):
        return "Looked once more: it is there twice", "bad", "alert-triangle", ""
    words = {"yes": ("Looked: it is there", "ok", "circle-check"), "no": ("Looked: it is not there", "idle", "search")}
    seen = "Looked: maybe it is there" if "candidates" in (one.response or {}) else "Looked: could not tell"
    title, tone, icon = words.get(one.outcome or "", (seen, "wait", "help-hexagon"))
    return title, tone, icon, one.message or ""


def _withdrawal(one: Any, platform: str) -> tuple[str, str, str, str]:
    address = one.post_url or one.post_id or ""
    if one.outcome is None:
        return "One of two posts is being withdrawn", "run", "loader-2", address
    if one.outcome == "yes":
        return "One of two posts was withdrawn", "ok", "arrow-back-up", address
    title = "It was not withdrawn" if one.outcome == "no" else "Withdrawn or not: no clear answer"
    return title, "wait", "alert-triangle", _answer(one, platform)


def _answer(one: Any, platform: str) -> str:
    said = f" {sentence(one.message, own_words=not is_quote(one))}" if one.message else ""
    if one.http_status:
        return f"{platform} answered{_status(one)}.{said}"
    return f"{one.message}" if one.message else f"{platform} did not answer."


def _status(one: Any) -> str:
    if not one.http_status:
        return ""
    try:
        return f" {one.http_status} {HTTPStatus(one.http_status).phrase}"
    except ValueError:
        return f" {one.http_status}"


def _header(copy: Mapping[str, Any] | None, name: str) -> str:
    headers = (copy or {}).get("headers")
    if not isinstance(headers, Mapping):
        return ""
    return next((str(value) for key, value in headers.items() if str(key).lower() == name), "")


def copy_of(copy: Mapping[str, Any] | None) -> str:
    """A redacted copy as people read it: the request or status line, headers, an empty line, the body (JSON indented)."""
    if not copy:
        return ""
    if not {"status", "method", "url", "headers", "body"} & set(copy):
        return _pretty(copy)
    lines = []
    if copy.get("method"):
        lines.append(f"{copy['method']} {copy.get('url', '')}".strip())
    elif copy.get("status"):
        lines.append(f"HTTP {copy['status']}")
    headers = copy.get("headers") or {}
    lines += [f"{key}: {value}" for key, value in headers.items()] if isinstance(headers, Mapping) else [str(headers)]
    body = copy.get("body", copy.get("json", ""))
    known = {"method", "url", "status", "headers", "body", "json", "own_words"}
    rest = {key: value for key, value in copy.items() if key not in known and value not in (None, "", {}, [])}
    return "\n".join([*lines, *(["", _pretty(body)] if body else []), *([_pretty(rest)] if rest else [])]).strip()


def _pretty(value: Any) -> str:
    if isinstance(value, str):
        try:
            return json.dumps(json.loads(value), ensure_ascii=False, indent=2)
        except ValueError:
            return value
    return json.dumps(value, ensure_ascii=False, indent=2)
