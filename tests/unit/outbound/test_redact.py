"""Secrets are taken out wherever they stand."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib import redact

SECRET_NAMES = [
    "passphrase", "token", "secret", "authorization", "Authorization", "api_key", "apiKey", "API-Key", "password", "pwd",
    "credential", "credentials", "private_key", "privateKey", "cookie", "Set-Cookie", "jwt", "accessJwt", "refreshJwt",
    "access_token", "client_secret", "X-Auth-Token", "app_password", "SESSDATA", "session_id", "client_assertion",
]  # fmt: skip
PLAIN_NAMES = [
    "text",
    "status",
    "author",
    "title",
    "id",
    "url",
    "created_at",
    "media_ids",
    "language",
    "code",
    "idempotency-key",
]

leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PLAIN_NAMES), inner, max_size=3),
    max_leaves=10,
)
known = st.text(alphabet='abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789/+=&%"\\ é', min_size=8, max_size=40).map(
    lambda s: f"Zq{s}9"
)


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_that_mean_a_secret(name: str) -> None:
    assert redact.is_secret_name(name)
    assert redact.value({name: {"deep": ["hush"]}}) == {name: redact.MARK}
    assert redact.headers({name: "hush"}) == {name: redact.MARK}


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_names_that_do_not(name: str) -> None:
    assert redact.value({name: "plain"}) == {name: "plain"}


@given(trees, known, st.sampled_from(SECRET_NAMES), st.sampled_from(PLAIN_NAMES))
def test_a_known_secret_survives_nowhere(tree: Any, secret: str, name: str, plain: str) -> None:
    item = {plain: [tree, f"before {secret} after", {name: secret, secret: tree}], name: [secret]}
    out = json.dumps(redact.value(item, [secret]), ensure_ascii=False)
    assert secret not in out
    assert json.dumps(secret)[1:-1] not in out
    raw = json.dumps(item).encode()
    for content in (raw, raw[:-3], b"log: " + raw):
        assert secret not in redact.body(content, "application/json", [secret])


@given(known)
def test_a_known_secret_survives_in_no_address_or_form(secret: str) -> None:
    from urllib.parse import quote, urlencode

    shown = redact.url(
        f"https://u:{quote(secret, safe='')}@h.test/a/{quote(secret)}?{urlencode({'q': secret, 'token': 'x'})}",
        [secret],
    )
    assert secret not in shown
    assert quote(secret, safe="") not in shown
    form = urlencode({"note": secret, "password": secret}).encode()
    assert secret not in redact.body(form, "application/x-www-form-urlencoded", [secret])


@given(trees)
def test_what_holds_no_secret_stays_as_it_is(tree: Any) -> None:
    assert redact.value(tree) == json.loads(json.dumps(tree))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abcdefgh12345", "Authorization: Bearer [redacted]"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.sig-1_2 rest", "[redacted] rest"),
        ("my abcd-efgh-ijkl-mnop pw", "my [redacted] pw"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "[redacted]"),
        ("bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1 x", "bot[redacted] x"),
        ("https://discord.com/api/webhooks/123/abcDEF_ghi", "https://discord.com/api/webhooks/123/[redacted]"),
        ("xoxb-1234567890-abc", "[redacted]"),
        ("we-like-long-hyphenated-words", "we-like-long-hyphenated-words"),
        ("123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"),
    ],
)
def test_shapes(text: str, shown: str) -> None:
    assert redact.text(text) == shown


def test_a_cut_off_body_keeps_its_secrets_hidden() -> None:
    content = b'{"id": 1, "accessJwt": "hushhush", "did": "did:plc:x", "password":"half a sec'
    shown = redact.body(content, "application/json")
    assert "hush" not in shown
    assert "half" not in shown
    assert "did:plc:x" in shown


def test_short_values_black_out_no_words() -> None:
    assert redact.text("the cat sat", ["at"]) == "the cat sat"


def test_depth_and_size_are_bounded() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    assert "too deep" in str(redact.value(deep))
    begun = time.process_time()
    for content in (
        b'{"a": "' + b"x" * 5_000_000,
        b"a:" * 2_000_000,
        b"eyJ" * 1_000_000,
        b'"' * 3_000_000,
        b"a" * 5_000_000,
    ):
        redact.body(content, "text/plain", ["hushhush"])
    assert time.process_time() - begun < 2
