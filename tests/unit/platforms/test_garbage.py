"""Whatever a server answers, a connector neither fails nor claims a success that it cannot name."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.outbound.exchange import Exchange
from app.platforms import mastodon_media, registry
from app.platforms.base import (
    Absent,
    CannotTell,
    Connector,
    Doubt,
    Found,
    Post,
    PrepareFailed,
    Refused,
    UnsealedAccount,
    Verdict,
    Verified,
)
from app.platforms.keys import tid
from tests.fakes.ports import context
from tests.unit.platforms.making import made_by

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = [
    "id", "uri", "url", "error", "errors", "message", "accessJwt", "refreshJwt", "did", "didDoc", "service", "blob",
    "ref", "posts", "account", "content", "media_attachments", "description", "created_at", "configuration", "statuses",
    "media_attachments", "supported_mime_types", "max_characters", "version", "pleroma", "active", "likeCount", "acct",
    "spoiler_text", "reblog", "serviceEndpoint", "favourites_count",
]  # fmt: skip
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["ExpiredToken", "at://x/app.bsky.feed.post/y", "https://x.test", "2026-11-20T12:00:00Z"])
)
bodies = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)
answers = st.tuples(
    st.sampled_from([200, 200, 200, 200, 201, 202, 204, 206, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503]),
    st.one_of(bodies.map(lambda body: json.dumps(body).encode()), st.binary(max_size=20)),
    st.sampled_from(["", "", "", "", "timeout", "reset", "truncated", "dns"]),
    st.dictionaries(st.sampled_from(["retry-after", "date", "ratelimit-remaining", "ratelimit-reset", "x-ratelimit-remaining", "x-ratelimit-reset"]), st.text(max_size=10) | st.integers().map(str), max_size=3),
)  # fmt: skip
CONNECTORS = [connector for connector in registry.all() if connector.spec.credential_type != "none"]
ACCOUNT = UnsealedAccount(
    "any", "desk", configuration={"instance": "x.test", "service": "x.test", "identifier": "d.test", "url": "https://x.test"},
    secrets={"access_token": "t", "app_password": "p", "secret": "whsec_" + "A" * 32}, key="k",
)  # fmt: skip


class Answering:
    """Plays the drawn answers, then the last one again."""

    def __init__(self, drawn: list[Any]) -> None:
        self.drawn = drawn

    def call(self, method: str, url: str, **values: Any) -> Exchange:
        status, body, error, headers = self.drawn.pop(0) if len(self.drawn) > 1 else self.drawn[0]
        return Exchange(
            method, url, error != "dns", NOW, 1, "r", None if error == "dns" else status, headers, body, error,
        )  # fmt: skip

    create = call


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mastodon_media, "sleep", lambda seconds: None)


@pytest.mark.parametrize("connector", CONNECTORS, ids=[connector.spec.slug for connector in CONNECTORS])
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(drawn=st.lists(answers, min_size=1, max_size=6), known=st.booleans())
def test_garbage(connector: Connector, drawn: list[Any], known: bool) -> None:
    ctx = context(Answering(drawn))
    made = made_by(connector, context(Answering(drawn)), "https://x.test").account
    account = replace(ACCOUNT, account_id="did:plc:me" if known else "", secrets={**made.secrets, **ACCOUNT.secrets})
    account = replace(account, configuration={**made.configuration, **ACCOUNT.configuration})
    post = Post("hi @a.test https://x.test", media=(ctx.files.put(b"x", alt="x"),))  # type: ignore[attr-defined]
    key = tid(NOW)
    try:
        prepared = connector.prepare(ctx, account, post)
        json.dumps(prepared)
        verdict = connector.publish(ctx, account, post, key, prepared)
        assert isinstance(verdict, Verdict)
        assert bool(verdict.post_id) == (verdict.outcome == "yes")
        assert (verdict.error_type is None) == (verdict.outcome == "yes")
    except PrepareFailed as failed:
        assert failed.verdict.outcome == "no"
    assert isinstance(connector.find(ctx, account, post, key, NOW), Found | Absent | Doubt | CannotTell)
    assert isinstance(connector.verify(ctx, account), Verified | Refused | CannotTell)
    assert isinstance(connector.refresh(ctx, account), Verified | Refused | CannotTell)
    if "delete" in connector.spec.can:
        assert connector.delete(ctx, account, f"at://did:plc:me/app.bsky.feed.post/{key}").outcome in ("yes", "no")
        numbers = connector.metrics(ctx, account, ["1", "at://x/app.bsky.feed.post/y"])
        assert all(isinstance(n, int) for counters in numbers.values() for n in counters.values())
