"""A fake platform process per test module worker, emptied for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.platforms.base import Context, UnsealedAccount
from tests.fakes.client import Fake
from tests.fakes.ports import context


@pytest.fixture(scope="session")
def fake_process() -> Iterator[Fake]:
    with Fake() as fake:
        yield fake


@pytest.fixture
def fake(fake_process: Fake) -> Fake:
    fake_process.reset()
    return fake_process


@pytest.fixture
def ctx() -> Context:
    return context()


@pytest.fixture
def mastodon_account(fake: Fake) -> UnsealedAccount:
    configuration = {"instance": fake.url}
    return UnsealedAccount(
        "mastodon", "desk", configuration=configuration, secrets={"access_token": "t-desk"}, key="m1"
    )


@pytest.fixture
def bluesky_account(fake: Fake) -> UnsealedAccount:
    configuration = {"service": fake.url, "identifier": "desk.test"}
    return UnsealedAccount("bluesky", "desk", configuration=configuration, secrets={"app_password": "good"}, key="b1")
