"""One rule for the environment, forms and commands: what the start accepts, the desk accepts, and colleagues can be invited."""

from __future__ import annotations

import pytest

from app.environment import Environment, EnvironmentInvalid
from app.lib.email_address import normalize
from app.lib.errors import Invalid
from app.staff.actions.staff import normalize_email

TAKEN = ("mara@example.org", "a@example.test", "admin@company.local", "admin@localhost", "admin@corp.home.arpa",
    "admin@desk.internal", "admin@desk.lan", "石@例え.テスト", "m.o'neil+desk@xn--r8jz45g.xn--zckzah")  # fmt: skip
REFUSED = ("", "no address", "admin@", "@example.org", "admin@exa_mple.org", "admin@example..org", "a@b@example.org",
    "a@x.onion", "a@x.invalid", "a@1.0.0.127.in-addr.arpa", "a@[127.0.0.1]", f"{'a' * 65}@example.org", "a\x00@example.org")  # fmt: skip


def taken_by_the_start(address: str) -> bool:
    try:
        Environment.from_env({"PRESSROOM_ADMIN_EMAIL": address, "PRESSROOM_DATA": "/tmp/none"})
    except EnvironmentInvalid as error:
        assert "PRESSROOM_ADMIN_EMAIL" in str(error)
        return False
    return True


def taken_by_the_staff_list(address: str) -> bool:
    try:
        return normalize_email(address) == normalize(address)
    except Invalid:
        return False


@pytest.mark.parametrize("address", TAKEN)
def test_an_address_in_a_network_of_ones_own_is_one(address: str) -> None:
    assert taken_by_the_start(address) and taken_by_the_staff_list(address)


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_none_is_refused_at_the_start_with_the_variable_named(address: str) -> None:
    assert not taken_by_the_staff_list(address)
    assert not address or not taken_by_the_start(address)  # an empty variable means "not set"
