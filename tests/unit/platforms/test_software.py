"""Each server counts in its own way, and the desk counts as the server of the account does (D12)."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from app.content.preview import preview
from app.platforms import mastodon_software as software
from app.platforms import registry
from app.platforms.base import Context, Post, UnsealedAccount, Verified
from tests.fakes.client import Fake

MASTODON = registry.get("mastodon")
FAMILY = "👨‍👩‍👧‍👦"
ROOT = Path(__file__).parents[3]
LINK = "https://example.org/" + "x" * 200  # 220
BREEDS = (*software.BY_NAME, "misskey", "never heard of")


def of(name: str, **more: Any) -> dict[str, Any]:
    return {"limits": {"software": name, "max_characters": 500, **more}}


@pytest.mark.parametrize(
    ("name", "text", "used"),
    [
        ("gotosocial", "a" * 470 + " " + LINK, 691), ("mastodon", "a" * 470 + " " + LINK, 494),
        ("pleroma", "a" * 470 + " " + LINK, 691), ("gotosocial", FAMILY * 100, 700), ("mastodon", FAMILY * 100, 100),
        ("pleroma", FAMILY * 100, 100), ("gotosocial", "@desk@social.example.org", 24), ("mastodon", "@desk@social.example.org", 5),
        ("never heard of", "https://a.b", 23), ("never heard of", LINK, 220), ("gotosocial", "https://a.b", 11),
        ("snac", FAMILY, 7), ("akkoma", LINK, 220), ("sharkey", FAMILY, 11), ("never heard of", FAMILY, 11),
        ("m\u0430stodon", FAMILY, 11), ("", FAMILY, 11), ("glitch", LINK, 23),
    ],
)  # fmt: skip
def test_a_text_is_counted_as_the_accounts_server_counts_it(name: str, text: str, used: int) -> None:
    """(D12) "500 of 500", approved, and refused for good."""
    limits = MASTODON.limits(of(name))
    assert limits.count(text) == used
    too_long = [p for p in MASTODON.check(Post(text), limits) if p.field == "text"]
    assert bool(too_long) == (used > 500)
    shown = preview({"body": "", "variants": {"mastodon": {"text": text}}}, "mastodon", None, of(name))
    assert (shown.count.used, shown.count.tone == "bad") == (used, used > 500)


@pytest.mark.parametrize("name", BREEDS)
def test_a_content_warning_counts_in_the_counter_as_in_the_check(name: str) -> None:
    """(D12)"""
    own = {"text": "a" * 490, "options": {"spoiler_text": "b" * 11}}
    shown = preview({"body": "", "variants": {"mastodon": own}}, "mastodon", None, of(name))
    assert [e.field for e in shown.errors if e.field != "media"] == ["options.spoiler_text"]
    assert (shown.count.text, shown.count.tone) == ("501 of 500", "bad")


@pytest.mark.parametrize("name", BREEDS)
def test_every_row_of_the_table_says_where_it_was_read(name: str) -> None:
    row = software.by_name(name)
    assert len(row.source) > 20
    assert (row is software.UNKNOWN) == (name in ("misskey", "never heard of"))


def test_every_field_of_a_row_is_read_by_something() -> None:
    """A fact that nothing reads is not kept true by anything."""
    readers = ("mastodon.py", "mastodon_instance.py", "mastodon_software.py")
    code = "".join((ROOT / "app/platforms" / name).read_text() for name in readers)
    unread = [field.name for field in fields(software.Software) if not re.search(rf"\.{field.name}\b", code)]
    assert unread == ["source"]  # for people


@pytest.mark.parametrize(
    "configuration", [{}, {"limits": {}}, {"limits": {"version": "4.5.2"}}, {"limits": 7}, {"limits": {"software": 7}}]
)
def test_an_account_whose_software_is_not_on_record_is_counted_the_most_careful_way(configuration: Any) -> None:
    """(D12) until a check has found it out; the preview says so."""
    limits = MASTODON.limits(configuration)
    assert limits.count(LINK) == 220 and limits.count(FAMILY) == 11 and limits.count("https://a.b") == 23
    assert any("not known" in caveat for caveat in limits.caveats)
    assert MASTODON.limits().count(LINK) == 23


def test_of_what_is_not_known_the_longest_count_holds() -> None:
    rows = {id(row): row for row in software.BY_NAME.values()}.values()
    for text in (LINK, "https://a.b", FAMILY * 3, "@a@b.example hi", "é" * 9, "你好", "مرحبا", "e\u0301"):
        assert software.UNKNOWN.count(23)(text) >= max(row.count(23)(text) for row in rows)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("4.5.2", "mastodon"), ("4.4.0-nightly.2026-01-02", "mastodon"), ("4.4.0-alpha.1+glitch", "glitch"),
        ("2.7.2 (compatible; Pleroma 2.9.1)", "pleroma"), ("2.7.2 (compatible; Akkoma 3.13)", "pleroma"),
        ("3.5.3 (compatible; Pixelfed 0.12.6)", "pixelfed"), ("3.0.0 (compatible; Sharkey 2025.4; like Akkoma)", "sharkey"),
        ("4.2.1 (compatible; Iceshrimp 2023)", "unknown"), ("4.2.1 (compatible; Novelty 1)", "unknown"),
        ("4.2.1 (compatible; Iceshrimp.NET/2026.1)", "unknown"), ("4.0.0 (not true; really snac/2.77)", "snac"),
        ("0.20.1", "unknown"), ("4.0.15+hometown-1.1.1", "unknown"), ("", "unknown"), ("x" * 1_000_000, "unknown"),
        ("4." * 500_000, "unknown"), ("(compatible; " * 80_000, "unknown"),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
def test_the_version_tells_the_software_where_nodeinfo_does_not(version: str, name: str) -> None:
    assert software.by_version(version).name == name


@pytest.mark.parametrize(
    ("named", "version", "kept"),
    [
        ("mastodon", "4.5.2", "mastodon"), ("mastodon", "4.4.0+glitch", "glitch"), ("fedibird", "3.4.1", "fedibird"),
        ("", "4.5.2", "mastodon"), ("", "4.5.2+own", "unknown"), ("sharkey", "3.0.0 (compatible; Sharkey; like Akkoma)", "sharkey"),
    ],
)  # fmt: skip
def test_nodeinfo_decides_but_for_the_fork_that_calls_itself_mastodon(named: str, version: str, kept: str) -> None:
    assert software.canonical_name(named, version) == kept


@pytest.mark.parametrize("dialect", ["mastodon", "pleroma", "gotosocial", "pixelfed"])
def test_the_software_is_found_out_at_verify_and_kept(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, dialect: str
) -> None:
    fake.settings(dialect=dialect)
    found = MASTODON.verify(ctx, mastodon_account)
    assert isinstance(found, Verified) and found.configuration["limits"]["software"] == dialect


@pytest.mark.parametrize(
    ("href", "answer", "name"),
    [
        ("{}/nodeinfo/2.0", {"software": {"name": "GoToSocial"}}, "gotosocial"),
        ("{}/nodeinfo/2.0", {"software": {"name": 7}}, "mastodon"), ("{}/nodeinfo/2.0", [], "mastodon"),
        ("https://elsewhere.test/nodeinfo", {"software": {"name": "snac"}}, "mastodon"), (7, {}, "mastodon"),
        ("{}/nodeinfo/2.0", {"software": {"name": "x" * 2000}}, "x" * 40), ("{}/nodeinfo/2.0", {"software": []}, "mastodon"),
        ("{}/nodeinfo/2.0", {"software": {"name": "M\u0430stodon"}}, "m\u0430stodon"),
    ],
)  # fmt: skip
def test_nodeinfo_is_believed_only_of_the_same_host(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, href: Any, answer: Any, name: str
) -> None:
    where = href.format(fake.url) if isinstance(href, str) else href
    links = json.dumps({"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": where}]})
    fake.script("answer", on="read", status=200, body=links, match="/.well-known/nodeinfo")
    fake.script("answer", on="read", status=200, body=json.dumps(answer), match="/nodeinfo/2.0")
    found = MASTODON.verify(ctx, mastodon_account)
    assert isinstance(found, Verified)
    assert found.configuration["limits"]["software"] == name


def test_what_a_server_is_known_to_do_is_said_in_the_preview() -> None:
    """(D15) before anybody approves it."""
    notes = preview({"body": "hi"}, "mastodon", None, of("snac")).notes
    assert any("drops the language" in note for note in notes)
    assert not preview({"body": "hi"}, "mastodon", None, of("mastodon")).notes


@pytest.mark.parametrize("path", ["/api/v", "nodeinfo"])
def test_what_was_read_of_a_server_is_not_lost_when_it_does_not_say_it_again(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount, path: str
) -> None:
    """(D12) a blip of the second question had put the limits back to Mastodon's."""
    fake.settings(dialect="gotosocial", max_characters=9000)
    first = MASTODON.verify(ctx, mastodon_account)
    assert isinstance(first, Verified)
    known = replace(mastodon_account, configuration={**mastodon_account.configuration, **first.configuration})
    match = "/instance" if path == "/api/v" else "/.well-known/nodeinfo"
    fake.script("answer", on="read", status=503, body="", match=match, times=0)
    again = MASTODON.verify(ctx, known)
    assert isinstance(again, Verified)
    limits = MASTODON.limits({**known.configuration, **again.configuration})
    assert (limits.text, limits.count(LINK)) == (9000, 220) and not limits.caveats


def test_a_server_without_a_description_of_itself_is_unknown(
    fake: Fake, ctx: Context, mastodon_account: UnsealedAccount
) -> None:
    """(D12)"""
    fake.script("answer", on="read", status=404, body="", match="/instance", times=0)
    found = MASTODON.verify(ctx, mastodon_account)
    assert isinstance(found, Verified) and MASTODON.limits(found.configuration).count(LINK) == 220
