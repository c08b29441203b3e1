"""One request on one connection: the mechanics below `Http`. Network trouble comes back as an `Exchange`."""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import httpcore
import httpx

from app.lib import redact
from app.outbound.connection import Connection, Deadline
from app.outbound.exchange import ErrorKind, Exchange, Sending
from app.outbound.guard import WireError
from app.outbound.redacted_copies import request_copy, response_copy
from app.outbound.response_body import read_answer

BeforeFirstByte = Callable[[Sending], None]
logging.getLogger("httpcore").setLevel(logging.WARNING)  # its debug lines quote headers, which may quote a secret
SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization", "x-api-key", "api-key")


@functools.cache
def default_tls() -> ssl.SSLContext:
    """Reading the trust store takes tens of milliseconds: once per process."""
    return httpx.create_ssl_context()


class SingleRequest:
    """`built` is the request or why there is none; `fresh` the deadline that starts between TLS and `hook`."""

    def __init__(
        self,
        built: httpx.Request | WireError,
        wire: Connection,
        secrets: redact.Secrets,
        max_body: int,
        tls: ssl.SSLContext | None,
        hook: BeforeFirstByte | None,
        fresh: float | None,
        now: Callable[[], datetime],
    ) -> None:
        self.built = built
        self.wire = wire
        self.secrets = secrets
        self.max_body = max_body
        self.tls = tls
        self.hook = hook
        self.fresh = fresh
        self.started_at = now()
        self.began = time.monotonic()
        self.copy: dict[str, Any] | None = None

    def run(self) -> Exchange:
        if isinstance(self.built, WireError):
            return self._finish(error=self.built)
        url = self.built.url
        origin = httpcore.Origin(url.raw_scheme, url.raw_host, url.port or (443 if url.scheme == "https" else 80))
        tls = self.tls or default_tls()
        connection = httpcore.HTTPConnection(origin, ssl_context=tls, retries=0, network_backend=self.wire)
        try:
            return self._exchange(connection, self.built)
        except WireError as error:
            return self._finish(error=error)
        except httpcore.LocalProtocolError as error:
            return self._finish(error=WireError("bad_request", f"This request cannot be made: {error}."))
        except httpcore.ProtocolError as error:
            kind = "reset" if self.wire.ended else "protocol"
            return self._finish(error=WireError(kind, f"No whole answer: {error}."))
        finally:
            connection.close()

    def _exchange(self, connection: httpcore.HTTPConnection, request: httpx.Request) -> Exchange:
        answer = connection.handle_request(
            httpcore.Request(
                method=request.method.encode("ascii"),
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.content,
                extensions={"trace": self._trace},
            )
        )
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
        try:
            body, error = read_answer(answer, headers, self.max_body), None
        except WireError as trouble:
            body, error = b"", trouble
        return self._finish(status=answer.status, headers=headers, body=body, error=error)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Between TLS and the first byte: the deadline starts, then the statement that commits is called."""
        if event != "http11.send_request_headers.started" or not isinstance(self.built, httpx.Request):
            return
        self._keep_secrets_private(self.built)
        if self.fresh is not None:
            self.wire.deadline = Deadline(self.fresh)
        if self.hook is not None:
            self.hook(self._sending(self.built))

    def _keep_secrets_private(self, request: httpx.Request) -> None:
        """A token over plain http is only for hosts and networks of the allow list (a server in the same network)."""
        guard, url = self.wire.guard, request.url
        if url.scheme == "https" or not any(name in request.headers for name in SECRET_HEADERS):
            return
        if not guard.trusts_name(url.host) and not guard.trusts(ipaddress.ip_address(self.wire.peer)):
            raise WireError("blocked", "A secret is not sent over an unencrypted connection. Use https.")

    def _copy(self, request: httpx.Request) -> dict[str, Any]:
        """What is stored of the request; redacting is dear, so it is done once."""
        if self.copy is None:
            self.copy = request_copy(request, self.secrets)
        return self.copy

    def _sending(self, request: httpx.Request) -> Sending:
        whole = b"\n".join([request.method.encode(), str(request.url).encode(), request.content])
        copy = self._copy(request)
        fingerprint = hashlib.sha256(whole).hexdigest()
        return Sending(request.method, str(copy["url"]), fingerprint, copy, request.headers["X-Request-Id"])

    def _finish(
        self,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        error: WireError | None = None,
    ) -> Exchange:
        request = self.built if isinstance(self.built, httpx.Request) else None
        copy = self._copy(request) if request else {}
        return Exchange(
            method=request.method if request else "",
            url=str(copy.get("url", "")),
            bytes_left=self.wire.sent,
            started_at=self.started_at,
            duration_ms=int((time.monotonic() - self.began) * 1000),
            request_id=request.headers["X-Request-Id"] if request else "",
            status=status,
            headers=headers or {},
            body=body,
            error=cast(ErrorKind, error.kind) if error else "",
            detail=redact.text(error.detail, self.secrets) if error else "",  # h11 quotes the header it refuses
            request=copy,
            response=response_copy(status, headers or {}, body, self.secrets, error),
        )
