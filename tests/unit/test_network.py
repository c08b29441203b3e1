"""Whose network address it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.network import client_address, is_private, network


@pytest.mark.parametrize(
    ("given", "address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7", "203.0.113.7"),
        ("[2001:db8::7]:443", "2001:db8::7", "2001:db8::/64"),
        ("2001:DB8:0:0:1::7", "2001:db8::1:0:0:7", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::1", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7", "203.0.113.7"),
        ("unknown", None, None),
        ("", None, None),
        (None, None, None),
        ("203.0.113.7, 10.0.0.1", None, None),
        ("1" * 5000, None, None),
    ],
)
def test_the_one_form_of_an_address(given, address, counted):
    assert client_address(given) == address
    assert network(given) == counted


def test_addresses_of_proxies_and_containers_are_private():
    assert all(
        is_private(ip) for ip in ("127.0.0.1", "172.18.0.1", "10.1.2.3", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1")
    )
    assert not any(is_private(ip) for ip in ("8.8.8.8", "2606:4700::1", "unknown", None, ""))


@given(st.text(max_size=80))
def test_garbage_is_no_address_and_no_error(text):
    assert network(text) is None or client_address(text) is not None
