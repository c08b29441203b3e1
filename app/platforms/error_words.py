"""What an answer of an unknown service says in words, whatever its shape. Pure.

Shapes met: {"error": "…"} and {"error": {"message": "…"}}; RFC 9457 {"title", "detail"}; FastAPI {"detail": [{"loc", "msg"}]};
Laravel and Rails {"message", "errors": {field: ["…"]}}; a line of plain text. A page of HTML says nothing to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.outbound.exchange import Exchange

LONGEST = 500
MOST, DEEPEST = 3, 3
KEYS = ("detail", "message", "msg", "error_description", "error", "errors", "title", "reason")
REFUSALS = ("error", "errors")
SUCCESSES = ("ok", "success")


def words_of(exchange: Exchange) -> str:
    """The words of a body, cut to 500 characters; "" where it has none."""
    body = exchange.json()
    if body is None:
        return _plain_text(exchange)
    found = list(dict.fromkeys(_words(body, 0)))
    return "; ".join(found[:MOST])[:LONGEST]


def says_no(exchange: Exchange) -> bool:
    """Whether a body speaks against the status of its answer: an error in it, or a success that is false."""
    body = exchange.object()
    return any(body.get(name) for name in REFUSALS) or any(body.get(name) is False for name in SUCCESSES)


def _words(value: Any, depth: int) -> Iterator[str]:
    """Sentences, the most telling key first; what stands deeper than three levels is left alone."""
    if isinstance(value, str):
        if text := " ".join(value.split()):
            yield text
    elif depth >= DEEPEST:
        return
    elif isinstance(value, Mapping):
        known = [value[key] for key in KEYS if value.get(key)]
        for one in known[:MOST] if known or depth == 0 else list(value.values())[:MOST]:
            yield from _words(one, depth + 1)
    elif isinstance(value, list):
        for one in value[:MOST]:
            yield from _words(one, depth + 1)


def _plain_text(exchange: Exchange) -> str:
    if not exchange.headers.get("content-type", "").lower().startswith("text/plain"):
        return ""
    return " ".join(exchange.body[: 4 * LONGEST].decode("utf-8", "replace").split())[:LONGEST]
