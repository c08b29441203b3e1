"""Whose address is believed: the peer's, or what as many of our own proxies as were declared say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core import actor
from app.factory import create_app
from app.web.auth import public


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "198.51.100.7")])
def test_a_forwarded_address_counts_only_behind_a_declared_proxy(settings, proxies, seen):
    session_app = create_app(replace(settings, proxies=proxies), TESTING=True)

    @session_app.get("/whoami")
    @public
    def whoami():
        return actor.current().ip or ""

    answer = session_app.test_client().get("/whoami", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    assert answer.get_data(as_text=True) == seen
