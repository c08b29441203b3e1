"""Whose network address it is. Pure; a header or a proxy may hand in anything.

A person behind IPv6 has a whole /64 to choose from (RFC 6177, RFC 8981), so that is what is counted; an IPv4 address that
came in by an IPv6 socket is the IPv4 address.
"""

from __future__ import annotations

import ipaddress

LONGEST = 64  # an IPv6 address with zone, brackets and port is shorter
COUNTED = 64


def client_address(text: str | None) -> str | None:
    """The address in its one form, without port, brackets and zone; None for what is no address."""
    found = _parse(text)
    return str(found) if found else None


def network(text: str | None) -> str | None:
    """What is counted as one: an IPv4 address, or the /64 of an IPv6 address. None for what is no address."""
    found = _parse(text)
    if found is None or found.version == 4:
        return str(found) if found else None
    return str(ipaddress.ip_network((found, COUNTED), strict=False))


def is_private(text: str | None) -> bool:
    """Whether the address belongs to no one on the Internet: a proxy, a container, this machine."""
    found = _parse(text)
    return found is not None and (found.is_private or found.is_loopback or found.is_link_local)


def _parse(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = (text or "").strip()
    if not text or len(text) > LONGEST:
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # 203.0.113.7:51234, as some proxies write it
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
