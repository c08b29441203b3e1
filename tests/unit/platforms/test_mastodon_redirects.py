"""`verify` of an instance that redirects: followed on its own host, told apart elsewhere, and the token goes nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.platforms import registry
from app.platforms.base import CannotTell, Check, Refused, UnsealedAccount, Verified
from tests.fakes.client import Fake
from tests.fakes.ports import Recorder, context

MASTODON = registry.get("mastodon")


class Kept(Recorder):
    """Remembers the answers too, which carry the last request that was sent."""

    def call(self, method: str, url: str, **values: Any) -> Any:
        self.last = super().call(method, url, **values)
        return self.last


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Fake]:
    """Another server of the API: another host, as far as the transport can tell, and one that would take the token."""
    with Fake() as other:
        yield other


def led(fake: Fake, account: UnsealedAccount, to: str, status: int = 302) -> tuple[Check, Any]:
    """What verify makes of an instance that redirects, and the exchange of the last hop."""
    fake.script("answer", on="read", status=status, headers={"Location": to}, body="")
    http = Kept(secrets=tuple(account.secrets.values()))
    return MASTODON.verify(context(http), account), http.last


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_an_instance_that_leads_elsewhere_never_hands_the_token_on(
    fake: Fake, elsewhere: Fake, mastodon_account: UnsealedAccount, status: int
) -> None:
    path = "/api/v1/accounts/verify_credentials"
    moved = replace(mastodon_account, configuration={"instance": elsewhere.url})
    assert isinstance(MASTODON.verify(context(), moved), Verified)  # so not to be verified below means: without a token
    found, last = led(fake, mastodon_account, elsewhere.url + path, status)
    assert last.url == elsewhere.url + path and "authorization" not in last.request["headers"]
    assert isinstance(found, Refused | CannotTell) and "t-desk" not in f"{found} {last.request} {last.response}"


@pytest.mark.parametrize("to", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://[::1]:9/"])
def test_an_instance_that_leads_to_a_private_address_is_not_followed_and_stays_connected(
    fake: Fake, mastodon_account: UnsealedAccount, to: str
) -> None:
    found, last = led(fake, mastodon_account, to)
    assert isinstance(found, CannotTell) and (found.final, last.error, last.bytes_left) == (False, "redirect", False)
    assert "redirects to a private address, which is not followed" in found.reason
    assert "PRESSROOM_ALLOW_HOSTS" not in found.reason and "t-desk" not in f"{found} {last.request}"


def test_an_instance_that_leads_to_another_page_of_its_own_is_followed(
    fake: Fake, mastodon_account: UnsealedAccount
) -> None:
    found, last = led(fake, mastodon_account, "/api/v1/accounts/verify_credentials?again=1")
    assert isinstance(found, Verified) and last.ok


def test_an_instance_that_leads_elsewhere_is_told_apart_from_a_refused_token(
    fake: Fake, elsewhere: Fake, mastodon_account: UnsealedAccount
) -> None:
    found, _ = led(fake, mastodon_account, elsewhere.url + "/api/v1/accounts/verify_credentials")
    assert isinstance(found, CannotTell) and found.error_type != "auth_failed"
    assert elsewhere.url in found.reason and "Instance" in found.reason


def test_an_instance_that_leads_to_a_private_address_says_what_to_do(
    fake: Fake, mastodon_account: UnsealedAccount
) -> None:
    found, _ = led(fake, mastodon_account, "http://10.0.0.1/")
    assert isinstance(found, CannotTell) and "Check the address under Instance" in found.reason
