"""(S12) 200 secrets × 12 ways of writing them: nothing that is left opens anything; ordinary text stays as it is."""

from __future__ import annotations

import json
import re

import pytest

from app.lib import redact
from app.lib.secrets.views import View, views
from tests.unit.lib.secrets import ENCODINGS, ORDINARY, is_left, opaque, shaped


def around(encoding: str, written: str) -> str:
    """As a server's answer has it."""
    return f'The server said: [{written}] is not known here.\nid "111234567890123456", 29 Nov'


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_secret_that_is_known_is_left_nowhere(encoding):
    """(S12) Shaped or opaque, told what it is."""
    leaks = [
        s for s in (*shaped(), *opaque()) if is_left(redact.text(around(encoding, ENCODINGS[encoding](s)), [s]), s)
    ]
    assert leaks == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_secret_is_known_by_its_shape_alone(encoding):
    """(S12) Nobody told what it is: another desk's, a server's own. (Half of `abcd-efgh-…` has no shape any more.)"""
    grouped = re.compile(r"(?:[a-z0-9]{4}-)+[a-z0-9]{4}")
    known = [s for s in shaped() if encoding != "cut" or not grouped.fullmatch(s)]
    leaks = [s for s in known if is_left(redact.text(around(encoding, ENCODINGS[encoding](s))), s)]
    assert leaks == []


@pytest.mark.parametrize("text", [around("plain", "x"), *ORDINARY])
def test_ordinary_text_stays_as_it_is(text):
    """(S12) Posts, hashes, ids, addresses, mails, errors, every script."""
    assert redact.text(text, ["q7Zk-unrelated-secret-41", "correct horse battery staple"]) == text


def test_ordinary_bodies_stay_as_they_are():
    body = {"posts": [{"text": line, "id": n} for n, line in enumerate(ORDINARY)]}
    assert json.loads(redact.body(json.dumps(body).encode(), "application/json", cap=10**6)) == body


@pytest.mark.parametrize("name", ["access_token", "accessJwt", "session_id", "sessionKey", "api-key", "X-Auth-Token", "client_secret", "refreshToken", "AccountKey", "recovery_code", "totp"])  # fmt: skip
@pytest.mark.parametrize("form", ["{n}={v}", "{n}: {v}", '"{n}":"{v}"', "{n} => '{v}'", "error: bad {n}={v}&x=1", '{{\\"{n}\\": \\"{v}\\"}}', "%7B%22{n}%22%3A%22{v}%22"])  # fmt: skip
def test_an_opaque_value_beside_a_telling_name_goes(name, form):
    """(S12) Session tokens that have no shape of their own."""
    shown = redact.text("it said " + form.format(n=name, v="q7Zk0pVn3xTr9LwY"))
    assert "q7Zk0pVn" not in shown and name.lower().replace("-", "") in shown.lower().replace("-", "")


@pytest.mark.parametrize(
    "text",
    [
        "Set-Cookie: session=abc; Path=/", "cookie: a=secretvalue1; b=2", "sEt-cOOkie: s=1", "AUTHORIZATION: bEARER abcdefgh12345",
        "postgresql://desk:hunter2hunter2@db.example/desk", "https://hooks.slack.com/services/T0001/B0001/abcdefghijkl",
        "https://discord.com/api/webhooks/123/abcDEF_ghi", "GET /reset/" + "0123456789abcdef" * 4 + "01234567 HTTP/1.1",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc", "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3Blbn\\n-----END OPENSSH PRIVATE KEY-----",
        "https://api.telegram.org/bot123456789:AAHdqTcv/sendMessage",
    ],
)  # fmt: skip
def test_what_only_looks_like_one_line_goes(text):
    shown = redact.text(text)
    assert redact.MARK in shown
    assert not re.search("abcdefgh|hunter2|secretvalue1|MIIE|b3Blbn|AAHdq|abcDEF|0123456789abcdef0", shown)


def test_headers_are_known_in_any_case():
    for name in ("authorization", "AUTHORIZATION", "aUTHORIZATION", "x-aPi-kEY", "sET-cOOKIE"):
        assert redact.headers({name: "anything"}) == {name: redact.MARK}


def test_the_secrets_of_the_process_are_always_known(monkeypatch):
    """(S12) Its keys and the passwords of its servers need not be handed in."""
    monkeypatch.setattr(redact, "_always", ())
    redact.remember(["smtp-Canary-4711", None, ""])
    shown = redact.text("535 bad login c210cC1DYW5hcnktNDcxMQ== smtp-canary-4711")
    assert shown == "535 bad login [redacted] [redacted]"


def test_the_work_grows_with_the_text_alone():
    """(S12) Counted in views and their bytes, not in seconds: at most 24 views, none longer than the text."""
    for piece in (
        b"a",
        b"%61",
        b"\\u0061",
        b"&#97;",
        b"=61",
        b"a\n",
        b"%2561",
        b"eyJ",
        b"-----BEGIN PRIVATE KEY-----",
        b"://a",
        b"a:",
        b"Bearer a",
    ):
        text = piece * (20_000 // len(piece))
        made = list(views(text))
        assert len(made) <= 24 and all(len(view.data) <= len(text) for view in made)


def test_places_of_a_view_are_places_of_the_text():
    text = b"one %41%5cu0042 two =\r\nthree \\u00e9 &amp; end"
    for view in views(text):
        assert isinstance(view, View)
        start, end = view.data.find(b"end"), len(view.data)
        assert text[slice(*view.span(start, end))] == b"end"
        assert view.span(0, 3) == (0, 3)


@pytest.mark.parametrize("unseen", ["\0", "\u200b", "\u00ad", "\ufeff", "\\u0000", "\\u200b", "\r", "\t", "\r\n\t"])
def test_a_secret_with_what_nobody_sees_in_it_goes(unseen):
    """(S12) A database drops NULs, a browser shows no soft hyphen and nothing without width."""
    secret = opaque()[0]
    shown = redact.text(f"it said {unseen.join(secret)} twice", [secret])
    assert shown == "it said [redacted] twice"


def test_a_run_of_spaces_before_a_break_is_part_of_the_break():
    """(S12) Also the second of two breaks, whose spaces the first has taken."""
    assert redact.text("it q7Zk-PpW9  \n  \r\n > _vR2mTn4 said", ["q7Zk-PpW9_vR2mTn4"]) == "it [redacted] said"


def test_a_shape_after_a_run_that_only_begins_like_it_goes():
    assert redact.text("sk-words-only eyJnothing-more sk-proj-0123456789abcdef eyJhbGciOiJI.eyJzdWIiOiIx.sig") == (
        "sk-words-only eyJnothing-more [redacted] [redacted]"
    )
