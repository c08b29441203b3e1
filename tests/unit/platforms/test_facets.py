"""Facets of a Bluesky post."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platforms.bluesky_text import facets, mentions
from app.platforms.texts import graphemes

DIDS = {"alice.test": "did:plc:alice", "bob.example.org": "did:plc:bob"}


def marked(text: str) -> list[tuple[str, Any]]:
    """(the marked bytes as text, the feature's value)."""
    raw = text.encode()
    found = facets(text, DIDS)
    return [
        (raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode(), next(v for k, v in f["features"][0].items() if k != "$type"))
        for f in found
    ]  # fmt: skip


def test_offsets_count_bytes() -> None:
    assert marked("日本 👨‍👩‍👧 https://example.com/ü #ニュース") == [
        ("https://example.com/ü", "https://example.com/%C3%BC"),
        ("#ニュース", "ニュース"),
    ]


def test_idn_links_go_out_in_ascii() -> None:
    assert marked("see https://例え.jp/パス.") == [
        ("https://例え.jp/パス", "https://xn--r8jz45g.jp/%E3%83%91%E3%82%B9")
    ]
    assert marked("https://bücher.example?q=1") == [("https://bücher.example?q=1", "https://xn--bcher-kva.example?q=1")]


def test_mentions_need_a_known_handle() -> None:
    assert marked("@alice.test, (@bob.example.org) and @nobody.test") == [
        ("@alice.test", "did:plc:alice"),
        ("@bob.example.org", "did:plc:bob"),
    ]
    assert marked("mail@alice.test https://x.test/@alice.test") == [("https://x.test/@alice.test",) * 2]


def test_hashtags() -> None:
    assert marked("#news! #2026 #a1 a#b #über-uns #") == [("#news", "news"), ("#a1", "a1"), ("#über-uns", "über-uns")]
    assert marked("#" + "x" * 65) == []
    assert marked("＃日本。") == [("＃日本", "日本")]


def test_links_give_back_punctuation() -> None:
    assert [m[0] for m in marked("(https://a.test/x) https://a.test/y... https://en.test/A_(b)!")] == [
        "https://a.test/x",
        "https://a.test/y",
        "https://en.test/A_(b)",
    ]


@given(st.text(alphabet=st.sampled_from("aé日👋 #@.:/()\n")), st.text())
def test_facets_never_overlap_and_cut_whole_characters(left: str, right: str) -> None:
    text = f"{left}#tag https://x.test/{right}"
    raw, end = text.encode("utf-8", "surrogatepass"), 0
    for facet in facets(text, DIDS):
        begin = facet["index"]["byteStart"]
        assert end <= begin < facet["index"]["byteEnd"] <= len(raw)
        end = facet["index"]["byteEnd"]
        raw[begin:end].decode("utf-8", "surrogatepass")


REFERENCE = json.loads((Path(__file__).parent / "recorded" / "richtext.json").read_text("utf-8"))


@pytest.mark.parametrize("case", REFERENCE, ids=[case["text"][:30] for case in REFERENCE])
def test_mentions_hashtags_and_length_are_those_of_the_reference(case: dict[str, Any]) -> None:
    """Recorded from RichText.detectFacetsWithoutResolution of @atproto/api. Links differ on purpose: it wants white
    space before one, keeps "]" and ")" at its end, and marks bare domains."""
    handles = {span.text: span.text for span in mentions(case["text"])}
    found = [
        [f["index"]["byteStart"], f["index"]["byteEnd"], f["features"][0]["$type"].partition("#")[2], f["features"][0].get("tag") or f["features"][0].get("did")]
        for f in facets(case["text"], handles)
    ]  # fmt: skip
    assert [one for one in found if one[2] != "link"] == case["marks"]
    assert graphemes(case["text"]) == case["graphemes"]
