"""Addresses as people type them, and links as platforms want them. Pure."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote, urlsplit, urlunsplit

import idna

_SAFE = "!$&'()*+,;=:@/?#[]~-._%"


def base_url(typed: str) -> str:
    """The root of a server out of "example.social", "https://example.social/@me" or the like; ValueError if none.

    https unless http was typed; host in ASCII; port kept; no path, no user name.
    """
    text = typed.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"{typed!r} is not the address of a server")
    host = ascii_host(parts.hostname)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}"


def ascii_host(host: str) -> str:
    """A host name as DNS knows it (IDN → punycode). ValueError when it cannot be one."""
    try:
        address = ipaddress.ip_address(host)
        return f"[{address}]" if address.version == 6 else str(address)
    except ValueError:
        pass
    try:
        return idna.encode(host.lower(), uts46=True).decode("ascii")
    except idna.IDNAError:
        if host.isascii() and " " not in host:  # names with underscores and the like exist
            return host.lower()
        raise ValueError(f"{host!r} is not a host name") from None


def host_of(typed: str) -> str:
    """Host and port, for counting calls per host; "" when the address is none."""
    try:
        return urlsplit(base_url(typed)).netloc
    except ValueError:
        return ""


def origin(url: str) -> str:
    """The root of the server that an address names, without a port that goes without saying; "" when it names none."""
    try:
        root = base_url(url)
    except ValueError:
        return ""
    return root.removesuffix(":443") if root.startswith("https") else root.removesuffix(":80")


def ascii_url(url: str) -> str:
    """A link in ASCII: IDN host to punycode, the rest percent-encoded. As it was when it cannot be."""
    try:
        parts = urlsplit(url)
        host = ascii_host(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return url
    user = f"{quote(parts.username or '', safe='')}@" if parts.username else ""
    tail = (quote(piece, safe=_SAFE) for piece in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme.lower(), f"{user}{host}{port}", *tail))
