"""The address guard: which addresses may be called. It answers with addresses, and those are connected to.

Checking a name and then connecting to the name would let it change in between (DNS rebinding), so the transport
connects to the very addresses that were checked here.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]

# Beside what `ipaddress` calls not global, which differs between Python releases.
# Source: IANA special-purpose registries for IPv4 and IPv6.
REFUSED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",  # the last: Azure's host services
        "::/128", "::1/128", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
        "fe80::/10", "fec0::/10", "ff00::/8", "64:ff9b:1::/48", "::ffff:0:0:0/96",
    )
)  # fmt: skip
_HOST = re.compile(r"[A-Za-z0-9_.-]{1,253}|[0-9A-Fa-f:.]{2,45}")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
COMPATIBLE = ipaddress.ip_network("::/96")
# Where clouds keep the keys of a machine: the allow list is never offered as the way out for these.
NEVER_OFFERED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("169.254.0.0/16", "fe80::/10", "168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::254/128")
)


class WireError(Exception):
    """A call that did not get through: `kind` is an `ErrorKind` of `exchange.py`."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open internet, also after unwrapping IPv4 inside IPv6."""
    inner = list(_embedded_ipv4(address))
    if inner:
        return all(is_public(found) for found in inner)
    if any(address in network for network in REFUSED if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast


def _embedded_ipv4(address: Address) -> Iterator[Address]:
    if not isinstance(address, ipaddress.IPv6Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    elif address.sixtofour:
        yield address.sixtofour
    elif address.teredo:
        yield from address.teredo
    elif address in NAT64 or (address in COMPATIBLE and int(address) > 1):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def system_resolver(host: str, port: int) -> list[str]:
    """All stream addresses of a name, as the system finds them."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class Guard:
    """`allow_hosts` are names ("mastodon.lan", ".lan" for all below), addresses or networks that may be private."""

    def __init__(self, allow_hosts: Iterable[str] = (), resolve: Resolve = system_resolver) -> None:
        self.names: set[str] = set()
        self.networks: list[Network] = []
        self._resolve = resolve
        for entry in allow_hosts:
            self._allow(entry.strip().strip("[]").lower())

    def _allow(self, entry: str) -> None:
        try:
            self.networks.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            self.names.add(entry.rstrip("."))

    def trusts_name(self, host: str) -> bool:
        """Whether the host is let pass by name, whatever its address."""
        host = host.lower().rstrip(".")
        return host in self.names or any(name.startswith(".") and host.endswith(name) for name in self.names)

    def trusts(self, address: Address) -> bool:
        """Whether an address is let pass by a network of the list, also when it is wrapped in IPv6."""
        return any(one in net for one in (address, *_embedded_ipv4(address)) for net in self.networks)

    def check_url(self, url: httpx.URL) -> None:
        """WireError("blocked") for an address that is not a plain web address."""
        if url.scheme not in ("http", "https"):
            raise WireError("blocked", f"Only http and https addresses are called, not {url.scheme or 'this'}.")
        if not url.host:
            raise WireError("blocked", "The address names no host.")
        if not _HOST.fullmatch(url.raw_host.decode("ascii", "replace")) or (url.port or 1) > 65535:
            raise WireError("bad_request", f"{url.host[:100]} is not the name of a host.")
        if url.userinfo:
            raise WireError("blocked", "An address must not carry a user name or password.")

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """The addresses of `host` that may be connected to. WireError "dns" or "blocked"."""
        found = [_parse(text) for text in self._lookup(host, port, seconds)]
        if self.trusts_name(host):
            return [str(address) for address in found]
        good = [str(address) for address in found if self.trusts(address) or is_public(address)]
        if not good:
            raise WireError(
                "blocked", f"{host} is a private or reserved address, which the desk does not call.{_way_out(found)}"
            )
        return good

    def _lookup(self, host: str, port: int, seconds: float) -> list[str]:
        """Resolve in a thread of its own: the system's resolver knows no time-out."""
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        answer: dict[str, Any] = {}

        def ask() -> None:
            try:
                answer["found"] = self._resolve(host, port)
            except (OSError, UnicodeError) as error:
                answer["error"] = error

        thread = threading.Thread(target=ask, name="resolve", daemon=True)
        thread.start()
        thread.join(max(0.0, seconds))
        if not answer.get("found"):
            reason = answer.get("error", "no answer in time" if thread.is_alive() else "no address")
            raise WireError("dns", f"The name {host} could not be resolved: {reason}.")
        return list(answer["found"])


def _way_out(refused: Iterable[Address]) -> str:
    """What may be done about private addresses; nothing where one of them is link-local or hands out a machine's keys."""
    inner = [one for address in refused for one in (address, *_embedded_ipv4(address))]
    if any(one in net for one in inner for net in NEVER_OFFERED if net.version == one.version):
        return ""
    return " An admin can let it pass with PRESSROOM_ALLOW_HOSTS."


def _parse(text: str) -> Address:
    """An address without its zone ("fe80::1%eth0")."""
    return ipaddress.ip_address(text.partition("%")[0])
