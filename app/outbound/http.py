"""The only HTTP transport. Two ways to call, both answered with an `Exchange`, neither retried:

- `call`   for what may be repeated; a GET may follow up to three redirects, each address checked anew
- `create` for what may not: one fresh connection, TLS finished, then `before_first_byte`, then the whole request

`before_first_byte` is called by httpcore's trace between TLS and the first byte. When it raises, nothing was sent
and the exception passes through. The deadline of `create` counts from just before it.
"""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from app.lib import clock, redact
from app.outbound.connection import Connection, Deadline
from app.outbound.exchange import Exchange
from app.outbound.guard import Guard, WireError
from app.outbound.single_request import SECRET_HEADERS, BeforeFirstByte, SingleRequest

Params = Mapping[str, str] | Sequence[tuple[str, str]]

USER_AGENT = "Pressroom/0.1"
MAX_BODY = 5 * 1024 * 1024
MAX_REDIRECTS = 3
CONNECT_SECONDS = 10.0


class Http:
    """A transport for one delivery (or one look-up). `secrets` are values to take out of the stored copies, `now` is
    the clock that stamps exchanges (the database's, where rate limits are kept)."""

    def __init__(
        self,
        guard: Guard,
        *,
        before_first_byte: BeforeFirstByte | None = None,
        deadline: float = 30.0,
        secrets: redact.Secrets = (),
        outbound_allowed: Callable[[], bool] = lambda: True,
        max_body: int = MAX_BODY,
        user_agent: str = USER_AGENT,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self.guard = guard
        self.now = now
        self.deadline = deadline
        self.secrets = redact.prepare(secrets)
        self.max_body = max_body
        self.user_agent = user_agent
        self._before_first_byte = before_first_byte
        self._outbound_allowed = outbound_allowed
        self._tls = tls
        self._created = False

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        json: Any = None,
        content: bytes | None = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        timeout: float | None = None,
        follow: bool = True,
    ) -> Exchange:
        """A call that may be repeated. Never raises for network trouble."""
        seconds = timeout or self.deadline
        deadline = Deadline(seconds)
        built = self._build(method, url, headers, params, json=json, content=content, data=data, files=files)
        exchange = self._once(built, deadline)
        hops = 0
        while follow and isinstance(built, httpx.Request) and hops < MAX_REDIRECTS:
            following = _next_hop(built, exchange)
            if following is None:
                break
            built, hops = following, hops + 1
            exchange = self._once(built, deadline)
        return _blame_redirect(exchange, url) if hops else exchange

    def create(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        json: Any = None,
        content: bytes | None = None,
        data: Mapping[str, str] | None = None,
    ) -> Exchange:
        """The single shot. What `before_first_byte` raises passes through; then nothing was sent."""
        if self._created:
            raise RuntimeError("one Http makes at most one create call")
        self._created = True
        built = self._build(method, url, headers, params, json=json, content=content, data=data)
        return self._once(built, Deadline(min(CONNECT_SECONDS, self.deadline)), single_shot=True)

    def _build(
        self, method: str, url: str, headers: Mapping[str, str] | None, params: Params | None, **body: Any
    ) -> httpx.Request | WireError:
        """The whole request in memory, or why there is none."""
        base = {"User-Agent": self.user_agent, "Accept": "application/json", "Accept-Encoding": "identity"}
        base |= {"Connection": "close", "X-Request-Id": str(uuid.uuid4())}
        try:
            address = httpx.URL(url)
            self.guard.check_url(address)
            if params:
                address = address.copy_merge_params(httpx.QueryParams(_pairs(params)))
            merged = httpx.Headers(base)
            merged.update(headers or {})
            request = httpx.Request(method, address, headers=merged, **body)
            request.read()
            return request
        except WireError as error:
            return error
        except (httpx.InvalidURL, UnicodeError, ValueError, TypeError) as error:
            return WireError("bad_request", f"This request cannot be made: {error}")

    def _once(self, built: httpx.Request | WireError, deadline: Deadline, *, single_shot: bool = False) -> Exchange:
        if not self._outbound_allowed():
            raise RuntimeError("a call was made inside an open transaction")
        hook = self._before_first_byte if single_shot else None
        fresh = self.deadline if single_shot else None
        wire = Connection(self.guard, deadline)
        return SingleRequest(built, wire, self.secrets, self.max_body, self._tls, hook, fresh, self.now).run()


def _blame_redirect(exchange: Exchange, asked: str) -> Exchange:
    """A redirect to an address that is not called is the server's doing, and may pass: a portal in front of the network
    answers like that. So it is no refusal of what the desk was told to call, and no allow list is the way out."""
    if exchange.error != "blocked":
        return exchange
    host = httpx.URL(asked).host
    return replace(exchange, error="redirect", detail=f"{host} redirects to a private address, which is not followed.")


def _pairs(params: Params) -> tuple[tuple[str, str], ...]:
    return tuple(params.items()) if isinstance(params, Mapping) else tuple(params)


def _next_hop(request: httpx.Request, exchange: Exchange) -> httpx.Request | None:
    """The next hop of a GET, without secrets when it goes elsewhere; None when there is none."""
    if exchange.error or exchange.status not in (301, 302, 303, 307, 308) or request.method not in ("GET", "HEAD"):
        return None
    try:
        target = request.url.join(exchange.headers.get("location", ""))
    except (httpx.InvalidURL, ValueError):
        return None
    if not exchange.headers.get("location") or target.scheme not in ("http", "https") or target.userinfo:
        return None
    headers = httpx.Headers([(k, v) for k, v in request.headers.multi_items() if k.lower() != "host"])
    if (target.scheme, target.host, target.port) != (request.url.scheme, request.url.host, request.url.port):
        for name in SECRET_HEADERS:
            headers.pop(name, None)
    following = httpx.Request(request.method, target, headers=headers)
    following.read()
    return following
