"""Which names this desk answers to. A foreign Host must not get into links, redirects or pages (CWE-644).

Loopback names and the machine's own address as the connection has it are its own by themselves; the name of PRESSROOM_URL,
PRESSROOM_BIND and PRESSROOM_HOSTS are declared. Werkzeug's `trusted_hosts` knows neither networks nor IPv6.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_login import AnonymousUserMixin
from werkzeug.http import HTTP_STATUS_CODES

MISDIRECTED = 421  # RFC 9110, 15.5.20: not a server for this name
EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 (no address of anybody)
HEALTH = ("/healthz", "/readyz")
"""Probes ask by whatever address they know; the answer holds no link."""
# urlsplit() drops what stands between bracket and port, and ip_address() takes any word for a zone: pages would keep both
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\x7f/\\@?#,\"'<>%\[\]:]+)(?::([0-9]{0,5}))?")


class HostNames:
    """The declared names, addresses and networks."""

    def __init__(self, declared: Iterable[str]) -> None:
        self.names: set[str] = set()
        self.networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for word in declared:
            try:
                self.networks.append(ipaddress.ip_network(word, strict=False))
            except ValueError:
                self.names.add(_normalize(word))

    def include(self, host: str, own: str | None = None) -> bool:
        """Whether `host` (a Host header) is one of ours; `own` is this end of the connection."""
        name = host_name(host)
        if name is None:
            return False
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self.names or name == "localhost" or name.endswith(".localhost")
        is_own = own is not None and str(address) == own.partition("%")[0]
        return address.is_loopback or is_own or any(address in network for network in self.networks)


def host_name(host: str) -> str | None:
    """The name without its port, in small letters; None for what is no Host header."""
    found = _HOST.fullmatch(host)
    if found is None or int(found[2] or 0) > 65535:
        return None
    return _normalize(found[1]) or None


def _normalize(name: str) -> str:
    return name.strip("[]").rstrip(".").lower()


def _own_address(environ: dict[str, Any]) -> str | None:
    """This end of the connection, where the server hands its socket on (gunicorn does)."""
    try:
        return str(environ["gunicorn.socket"].getsockname()[0])
    except (KeyError, AttributeError, OSError, IndexError, TypeError):
        return None


def check_host() -> Response | None:
    """Before anything else is looked at."""
    host = request.headers.get("Host", "")
    if request.path in HEALTH or request.endpoint == "static":
        return None
    if current_app.extensions["hosts"].include(host, _own_address(request.environ)):
        return None
    current_app.login_manager._update_request_context_with_user(AnonymousUserMixin())  # type: ignore[attr-defined]
    known = {"url": current_app.config["ENVIRONMENT"].url, "status": MISDIRECTED, "trace_id": ""}
    page = render_template("errors/host.html", name=host[:100], **known)
    return make_response(page, MISDIRECTED)


def init_app(app: Flask, url: str, bind: str, declared: Iterable[str]) -> None:
    """Register the gate; to be called before any other room registers what runs before a request."""
    HTTP_STATUS_CODES.setdefault(MISDIRECTED, "Misdirected Request")
    own = [urlsplit(url).hostname or "", *([] if bind in EVERY_ADDRESS else [bind])]
    app.extensions["hosts"] = HostNames([*filter(None, own), *declared])
    app.before_request(check_host)
