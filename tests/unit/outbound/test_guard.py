"""Which addresses may be called, and that the checked one is the one connected to."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.guard import Guard, WireError, is_public
from app.outbound.http import Http
from tests.unit.outbound.server import Raw, answer

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255",
    "168.63.129.16", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "fec0::1",
    "2001:0:7f00:1::1", "100::1", "2001:db8::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_and_reserved_addresses_are_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_no_wrapping_in_ipv6_makes_an_address_public(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    for prefix in (0xFFFF << 32, 0x64FF9B << 96, 0x2002 << 112):
        shift = number << 80 if prefix >> 112 == 0x2002 else number
        assert is_public(ipaddress.IPv6Address(prefix + shift)) == is_public(inner)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://169.254.169.254/latest/meta-data/",
        "http://user:pw@1.1.1.1/", "ftp://1.1.1.1/", "file:///etc/passwd", "gopher://1.1.1.1/", "http:///x",
        "http://0/", "https://10.0.0.1:8443/",
    ],
)  # fmt: skip
def test_odd_ways_to_write_a_private_address_are_blocked(url: str) -> None:
    got = Http(Guard()).create("POST", url)
    assert got.error in ("blocked", "bad_request"), got
    assert not got.bytes_left


@pytest.mark.parametrize(
    "url", ["http://exa mple.test/", "http://[::1/", "http://a\r\nb.test/", "http://x.test:99999/", "nonsense", ""]
)
def test_malformed_addresses_are_said_to_be_so(url: str) -> None:
    got = Http(Guard()).call("GET", url)
    assert got.error in ("bad_request", "blocked")
    assert not got.bytes_left


def test_a_name_that_changes_its_address_is_connected_to_where_it_was_checked() -> None:
    answers = iter([["1.1.1.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    guard = Guard(resolve=resolve)
    assert guard.addresses("rebind.test", 80, 1) == ["1.1.1.1"]
    with Raw(answer()) as server:
        got = Http(guard).create("POST", f"http://rebind.test:{server.port}/")
    assert (got.error, server.connections, len(asked)) == ("blocked", 0, 2)


def test_a_name_with_umlauts_is_looked_up_as_dns_knows_it() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["10.0.0.1"]

    Http(Guard(resolve=resolve)).call("GET", "https://BÜCHER.example/größe")
    assert asked == ["xn--bcher-kva.example"]


def test_of_several_addresses_only_the_public_ones_are_used() -> None:
    guard = Guard(resolve=lambda host, port: ["10.0.0.1", "1.1.1.1", "::1"])
    assert guard.addresses("mixed.test", 443, 1) == ["1.1.1.1"]


def test_allow_hosts() -> None:
    def resolve(host: str, port: int) -> list[str]:
        return ["192.168.1.9"]

    for entry in ("social.lan", ".lan", "192.168.0.0/16", "192.168.1.9"):
        assert Guard([entry], resolve).addresses("social.lan", 443, 1) == ["192.168.1.9"], entry
    for entry in ("lan", "other.lan", "192.168.2.0/24", ".an"):
        got = Http(Guard([entry], resolve)).call("GET", "http://social.lan/")
        assert got.error == "blocked", entry
        assert "PRESSROOM_ALLOW_HOSTS" in got.detail


def test_redirects_are_checked_at_each_hop() -> None:
    with Raw(answer("302 Found", b"", "Location: http://169.254.169.254/latest")) as server:
        got = Http(Guard(["127.0.0.1"])).call("GET", server.url)
    assert (got.error, got.url) == ("redirect", "http://169.254.169.254/latest")
    assert got.detail == "127.0.0.1 redirects to a private address, which is not followed."


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "168.63.129.16", "fd00:ec2::254"]
)
def test_the_allow_list_is_never_offered_for_what_hands_out_keys(host: str) -> None:
    with pytest.raises(WireError) as refused:
        Guard().addresses(host, 80, 1)
    assert "PRESSROOM_ALLOW_HOSTS" not in refused.value.detail
    assert "private or reserved address, which the desk does not call." in refused.value.detail


def test_a_refused_connection_is_said_in_words() -> None:
    with (
        socket.socket() as taken
    ):  # a port that is bound and does not listen refuses, and nobody else gets it meanwhile
        taken.bind(("127.0.0.1", 0))
        got = Http(Guard(["127.0.0.1"])).call("GET", f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert (got.error, got.detail) == ("connect", "127.0.0.1 refused the connection.")


def test_redirects_end_after_three_and_lose_secrets_elsewhere() -> None:
    guard = Guard(["127.0.0.0/8", "localhost"])
    with Raw(answer("302 Found", b"", "Location: /again")) as server:
        assert Http(guard).call("GET", server.url).status == 302
        assert server.connections == 4
    with (
        Raw(answer()) as target,
        Raw(answer("301 Moved", b"", f"Location: http://localhost:{target.port}/x")) as server,
    ):
        headers = {"Authorization": "Bearer secret", "Cookie": "s=1", "X-Plain": "1"}
        assert Http(guard).call("GET", server.url, headers=headers).status == 200
        assert b"secret" in server.seen[0]
        assert b"secret" not in target.seen[0]
        assert b"s=1" not in target.seen[0]
        assert b"x-plain: 1" in target.seen[0]
        assert Http(guard).call("POST", server.url).status == 301


def test_a_secret_goes_over_plain_http_only_to_hosts_of_the_list() -> None:
    with Raw(answer()) as server:
        guard = Guard(["127.0.0.1"])
        headers = {"Authorization": "Bearer secret"}
        assert Http(guard).call("GET", server.url, headers=headers).status == 200
        got = Http(_Open()).call("GET", server.url, headers=headers)
    assert (got.error, got.bytes_left) == ("blocked", False)
    assert server.seen[1:] in ([], [b""])


class _Open(Guard):
    """As if loopback were a public address."""

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        return [host]
