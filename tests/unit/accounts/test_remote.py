"""What is one address and one remote account, however it is written. Pure."""

from __future__ import annotations

import pytest

from app.accounts import connect_input
from app.accounts.remote import normalize_address, remote_account, without_query
from app.platforms import registry

SAME = [
    "https://mastodon.example",
    "mastodon.example",
    "  HTTPS://Mastodon.Example  ",
    "https://mastodon.example/",
    "https://mastodon.example:443/",
    "https://mastodon.example.",
    "https://mastodon.example/./a/..",
    "https://mastodon.example/#part",
    "https://mastodon\u200b.example",
]
OTHER = [
    "http://mastodon.example",
    "https://mastodon.example:8443",
    "https://mаstodon.example",  # a Cyrillic а
    "https://mastodon.example.evil.example",
    "https://evil.example/mastodon.example",
    "https://mastodon.example/tenant",
    "https://mastodon.example/?to=1",
]
NONE = [
    "",
    "https://mastodon.example@evil.example",
    "https://@evil.example",
    "https://:pw@evil.example",
    "https://evil.example\\@mastodon.example",
    "https://evil.example\\.mastodon.example",
    "ftp://mastodon.example",
    "javascript://mastodon.example",
    "https://mastodon.example:port",
    "https://[broken",
]


@pytest.mark.parametrize("typed", SAME)
def test_the_same_address_written_otherwise_is_no_change(typed: str) -> None:
    """(S3)"""
    assert normalize_address(typed) == "https://mastodon.example"


@pytest.mark.parametrize("typed", OTHER)
def test_another_scheme_port_host_path_or_query_is_another_address(typed: str) -> None:
    """(S3)"""
    assert normalize_address(typed) not in ("", "https://mastodon.example")


@pytest.mark.parametrize("typed", NONE)
def test_what_hides_its_host_is_no_address_and_is_refused_in_the_form(typed: str) -> None:
    """(S3)"""
    assert normalize_address(typed) == ""
    spec = registry.get("mastodon").spec
    wrong = connect_input.problems(
        spec, connect_input.ConnectInput("mastodon", "M", {}, {"instance": typed}), keep_secrets=True
    )
    assert wrong["config_instance"]


@pytest.mark.parametrize("inside", ["\t", "\n", "\r", "\x00", "\\"])
def test_a_character_that_parsers_drop_is_refused_in_an_address(inside: str) -> None:
    """(S3)"""
    spec = registry.get("mastodon").spec
    typed = connect_input.ConnectInput("mastodon", "M", {}, {"instance": f"https://good.example{inside}.evil.example"})
    assert "not a web address" in connect_input.problems(spec, typed, keep_secrets=True)["config_instance"]


def test_punycode_and_its_letters_are_one_host() -> None:
    """(S3)"""
    assert normalize_address("https://münchen.example") == normalize_address("https://XN--MNCHEN-3YA.example/")
    assert normalize_address("水族.example") == normalize_address("https://xn--9fv45l.example") != ""


def test_escapes_of_a_path_are_written_in_one_way() -> None:
    """(S3)"""
    assert normalize_address("https://h.example/%7Edesk/%c3%a4/") == normalize_address("https://h.example/~desk/ä")
    assert normalize_address("https://h.example/a%2Fb") != normalize_address("https://h.example/a/b")


@pytest.mark.parametrize("connector", registry.all(), ids=lambda one: one.spec.slug)
def test_every_setting_that_says_where_a_secret_goes_asks_for_the_secrets_anew(connector) -> None:  # type: ignore[no-untyped-def]
    """(S3) Derived from the SPEC: a new connector is covered without a word here."""
    spec = connector.spec
    for setting in (one for one in spec.configuration if one.kind == "url"):
        before, after = {setting.name: "https://old.example"}, {setting.name: "https://new.example"}
        typed = connect_input.ConnectInput(spec.slug, "A", {}, after)
        assert connect_input.changed_addresses(spec, before, connect_input.clean(spec, after)) == {
            setting.name: ["https://old.example", "https://new.example"]
        }
        wanted = {f"secret_{one.name}" for one in spec.secrets if one.required}
        assert set(connect_input.missing_secrets(spec, typed, before)) == wanted != set()
        given = connect_input.ConnectInput(spec.slug, "A", {one.name: "anew" for one in spec.secrets}, after)
        assert (
            connect_input.missing_secrets(spec, given, before)
            == {}
            == connect_input.missing_secrets(spec, typed, after)
        )


def test_an_address_that_was_never_there_is_no_place_the_secret_was_given_to() -> None:
    """(S3) A row made by hand: a secret without an address."""
    spec = registry.get("mastodon").spec
    assert connect_input.changed_addresses(spec, {}, {"instance": "https://new.example"}) == {
        "instance": [None, "https://new.example"]
    }


def test_a_server_that_goes_without_saying_is_an_address_like_any_other() -> None:
    """(S3) Emptied at reconnecting, the field means the common entrance: another server than the one before."""
    spec = registry.get("bluesky").spec
    typed = connect_input.ConnectInput("bluesky", "B", {}, {"identifier": "desk.example", "service": ""})
    assert "secret_app_password" in connect_input.missing_secrets(spec, typed, {"service": "https://pds.example"})
    assert connect_input.missing_secrets(spec, typed, {"identifier": "desk.example"}) == {}


def test_the_audit_keeps_no_key_that_stands_behind_a_question_mark() -> None:
    """(S3)"""
    assert without_query("https://h.example/hook?k=8fGh2") == "https://h.example/hook?…"
    assert without_query("https://h.example/hook") == "https://h.example/hook"


@pytest.mark.parametrize(
    ("platform", "host", "key", "place"),
    [
        ("mastodon", "social.example", "109", "mastodon:social.example:109"),
        ("mastodon", "SOCIAL.example:443", "109", "mastodon:social.example:109"),
        ("mastodon", "social.example:80", "109", "mastodon:social.example:109"),
        ("mastodon", "social.example:3000", "109", "mastodon:social.example:3000:109"),
        ("mastodon", "münchen.example", "1", "mastodon:xn--mnchen-3ya.example:1"),
        ("mastodon", "", "109", ""),
        ("mastodon", "social.example", "", ""),
        ("mastodon", "social.example", None, ""),
        ("bluesky", "pds.example", "did:plc:abc", "bluesky:did:plc:abc"),
        ("bluesky", "bsky.social", "did:plc:abc", "bluesky:did:plc:abc"),
        ("webhook", "", "https://Hook.example:443/In/?a=1#x", "webhook:hook.example/In?a=1"),
        ("webhook", "", "http://hook.example/In?a=1", "webhook:hook.example/In?a=1"),
        ("site", "", "site", ""),
        ("sandbox", "", "sandbox:Proof", ""),
    ],
)
def test_a_remote_account_has_one_text(platform: str, host: str, key: str | None, place: str) -> None:
    """(D14)"""
    assert remote_account(platform, host, key) == place
