"""Each server counts in its own way, and the desk counts as the server of the account does (D12)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.content.checks import preview
from app.platforms import mastodon_software as software
from app.platforms import registry
from app.platforms.base import Account, Context, Post, Verified
from app.platforms.mastodon_instance import says_content_type
from tests.fakes.client import Fake

MASTODON = registry.get("mastodon")
FAMILY = "👨‍👩‍👧‍👦"
LINK = "https://example.org/" + "x" * 200  # 220
BREEDS = ("mastodon", "gotosocial", "pleroma", "akkoma", "snac", "misskey", "pixelfed", "never heard of")


def of(name: str, **more: Any) -> dict[str, Any]:
    return {"limits": {"software": name, "max_characters": 500, **more}}


@pytest.mark.parametrize(
    ("name", "text", "used"),
    [
        ("gotosocial", "a" * 470 + " " + LINK, 691), ("mastodon", "a" * 470 + " " + LINK, 494),
        ("pleroma", "a" * 470 + " " + LINK, 691), ("gotosocial", FAMILY * 100, 700), ("mastodon", FAMILY * 100, 100),
        ("pleroma", FAMILY * 100, 100), ("gotosocial", "@desk@social.example.org", 24), ("mastodon", "@desk@social.example.org", 5),
        ("never heard of", "https://a.b", 23), ("never heard of", LINK, 220), ("gotosocial", "https://a.b", 11),
        ("snac", FAMILY, 7), ("akkoma", LINK, 220),
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
    assert (shown.count.words, shown.count.tone) == ("501 of 500", "bad")
    assert [e.field for e in shown.errors] == ["options.spoiler_text"]


@pytest.mark.parametrize("name", BREEDS)
def test_every_row_of_the_table_says_where_it_was_read(name: str) -> None:
    row = software.named(name)
    assert len(row.source) > 20 and row.keeps <= software.ALL
    assert (row is software.UNKNOWN) == (name == "never heard of")


def test_of_what_is_not_known_the_longest_count_holds() -> None:
    rows = {id(row): row for row in software.BY_NAME.values()}.values()
    for text in (LINK, "https://a.b", FAMILY * 3, "@a@b.example hi", "é" * 9, "你好", "مرحبا", "e\u0301"):
        assert software.UNKNOWN.count(23)(text) >= max(row.count(23)(text) for row in rows)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("4.5.2", "Mastodon"), ("4.4.0-alpha.1+glitch", "Mastodon"), ("2.7.2 (compatible; Pleroma 2.9.1)", "Pleroma"),
        ("2.7.2 (compatible; Akkoma 3.13)", "Pleroma"), ("3.5.3 (compatible; Pixelfed 0.12.6)", "Pixelfed"),
        ("4.2.1 (compatible; Iceshrimp 2023)", "Misskey"), ("4.2.1 (compatible; Novelty 1)", "this server"),
        ("4.0.0 (not true; snac 2.77)", "snac"),
    ],
)  # fmt: skip
def test_the_version_tells_the_software_where_nodeinfo_does_not(version: str, name: str) -> None:
    assert software.by_version(version).name == name


@pytest.mark.parametrize("dialect", ["mastodon", "pleroma", "gotosocial", "pixelfed"])
def test_the_software_is_found_out_at_verify_and_kept(
    fake: Fake, ctx: Context, mastodon_account: Account, dialect: str
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
        ("{}/nodeinfo/2.0", {"software": {"name": "x" * 2000}}, "x" * 40),
    ],
)  # fmt: skip
def test_nodeinfo_is_believed_only_of_the_same_host(
    fake: Fake, ctx: Context, mastodon_account: Account, href: Any, answer: Any, name: str
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


def test_a_relative_is_told_that_the_text_is_plain_by_its_row() -> None:
    assert says_content_type(of("gotosocial")) and not says_content_type(of("mastodon"))
