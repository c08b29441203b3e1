"""The redacted copies of a request and an answer that are stored with an attempt, at most 8 KiB each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from app.lib import redact
from app.lib.secrets import is_secret_name
from app.outbound.guard import WireError

CAP = 8 * 1024
HEADER_CAP = 300
_DULL = frozenset({"user-agent", "accept", "accept-encoding", "connection", "host", "content-length"})


def request_copy(request: httpx.Request, secrets: redact.Secrets) -> dict[str, Any]:
    """method, url, headers (without those that are always the same) and body."""
    headers = {name: value for name, value in request.headers.items() if name not in _DULL}
    kind = request.headers.get("content-type", "")
    known = _find_secrets(headers, request.content, kind, secrets, str(request.url))
    return _fit(
        {
            "method": request.method,
            "url": redact.url(str(request.url), known)[:2000],
            "headers": _short(redact.headers(headers, known)),
            "body": redact.body(request.content, kind, known),
        }
    )


def response_copy(
    status: int | None, headers: Mapping[str, str], body: bytes, secrets: redact.Secrets, error: WireError | None
) -> dict[str, Any]:
    """status, headers, body, and what went wrong on the way."""
    copy: dict[str, Any] = {}
    if status is not None:
        kind = headers.get("content-type", "")
        known = _find_secrets(headers, body, kind, secrets)
        copy = {
            "status": status,
            "headers": _short(redact.headers(headers, known)),
            "body": redact.body(body, kind, known),
        }
    if error is not None:
        copy |= {"error": error.kind, "detail": redact.text(error.detail, secrets)[:500]}
    return _fit(copy)


def _find_secrets(
    headers: Mapping[str, str], body: bytes, kind: str, secrets: redact.Secrets, *more: str
) -> redact.Known:
    """What is to be taken out of the parts, known from one search through the whole."""
    plain = [value for name, value in headers.items() if not is_secret_name(name)]
    texts = (text.encode("utf-8", "surrogatepass") for text in (*more, *plain))
    return redact.prepare_for((*texts, redact.searchable(body, kind)), secrets, headers)


def _short(headers: dict[str, str]) -> dict[str, str]:
    return {name[:100]: value[:HEADER_CAP] for name, value in list(headers.items())[:40]}


def _fit(copy: dict[str, Any]) -> dict[str, Any]:
    """Cut the body, then the headers, until the copy fits as JSON in UTF-8."""
    for room in (4000, 2000, 800, 200, 0):
        if len(json.dumps(copy, ensure_ascii=False).encode("utf-8", "replace")) <= CAP:
            return copy
        copy = {**copy, "body": str(copy.get("body", ""))[:room] + "… [cut]"}
    return {**copy, "headers": {}}
