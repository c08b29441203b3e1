"""What an approval is bound to."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.hashing import canonical, content_hash
from app.content.payloads import normalize

FULL = normalize(
    {
        "title": "Five stones", "body": "One story.", "language": "en", "disclosure": "assisted",
        "variants": {"x": {"text": "Short", "parts": ["two"], "first_comment": "c", "options": {"reply": "all"}}},
        "media": [{"sha256": "a" * 64, "alt": "Five stones", "crop": [0, 0, 10, 10]}], "link_rules": {"utm": {"source": "{platform}"}},
    }
)  # fmt: skip


def test_the_hash_is_known_and_does_not_depend_on_the_order_of_keys():
    assert content_hash(FULL) == "abe015b01adacfbc523af86a79dab3a0c8aa6cb16220eb1d4857f44e9c1d12cf"
    assert content_hash(dict(reversed(FULL.items()))) == content_hash(FULL)


def test_numbers_and_escapes_follow_rfc_8785():
    assert canonical({"b": 1.0, "a": "€\n", "\u20ac": 1e21}) == '{"a":"€\\n","b":1,"€":1e+21}'.encode()


@pytest.mark.parametrize(
    "path",
    [
        ("title",), ("body",), ("language",), ("disclosure",), ("variants", "x", "text"), ("variants", "x", "first_comment"),
        ("variants", "x", "options", "reply"), ("media", 0, "sha256"), ("media", 0, "alt"), ("link_rules", "utm", "source"),
    ],
)  # fmt: skip
def test_every_part_that_goes_out_changes_it(path):
    changed = copy.deepcopy(FULL)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] += "!"
    assert content_hash(changed) != content_hash(FULL)


def test_order_of_pictures_and_of_parts_counts():
    two = {**FULL, "media": [*FULL["media"], {"sha256": "b" * 64, "alt": "", "crop": None}]}
    assert content_hash(two) != content_hash({**two, "media": two["media"][::-1]})


def test_notes_beside_the_content_do_not_count():
    assert content_hash({**FULL, "scratch": "x"}) == content_hash(FULL)


@given(st.text(), st.text())
def test_a_normal_payload_is_a_fixed_point_and_always_hashes(title, body):
    once = normalize({"title": title, "body": body})
    assert normalize(once) == once
    assert len(content_hash(once)) == 64
