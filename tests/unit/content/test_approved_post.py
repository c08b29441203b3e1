"""What was sent is told by its hash: from what the approval stored, else from what is composed now, else not at all."""

from __future__ import annotations

import json

import pytest

from app.content.approved_post import approved_post
from app.content.compose import compose, composed_hash, hashed_fields

BIG, SMALL = "a" * 64, "b" * 64
FACTS = {BIG: {"mime": "image/png", "size": 9_000_000, "width": 4000, "height": 3000,
               "small": {"sha256": SMALL, "mime": "image/png", "size": 1000, "width": 400, "height": 300}}}  # fmt: skip
PAYLOAD = {"title": "标题", "body": "مرحبا 🎈 *now*", "language": "ar", "disclosure": "assisted",
           "media": [{"sha256": BIG, "alt": "Steine"}],
           "variants": {"mastodon": {"options": {"visibility": "unlisted", "spoiler_text": "w"}, "first_comment": "x"},
                        "bluesky": {"parts": ["one", "two"]}}}  # fmt: skip


def stored(post):
    """As the database gives it back."""
    return json.loads(json.dumps(hashed_fields(post)))


@pytest.mark.parametrize("platform", ["site", "bluesky", "mastodon", "webhook", "sandbox"])
def test_what_the_approval_stored_becomes_the_same_post_but_for_the_pictures_names(platform):
    post = compose(PAYLOAD, platform, FACTS)
    found = approved_post(stored(post), {"body": "other"}, platform, FACTS, composed_hash(post))
    assert found is not None and hashed_fields(found) == hashed_fields(post)
    assert [(m.sha256, m.width, m.height, m.size) for m in found.media] == [
        (m.sha256, m.width, m.height, m.size) for m in post.media
    ]


def test_a_stored_post_of_another_approval_counts_for_nothing():
    post, other = compose(PAYLOAD, "mastodon", FACTS), compose({"body": "other"}, "mastodon")
    assert approved_post(stored(other), PAYLOAD, "mastodon", FACTS, composed_hash(post)) == post
    assert approved_post(stored(other), {"body": "x"}, "mastodon", FACTS, composed_hash(post)) is None


@pytest.mark.parametrize("odd", [None, [], "x", 5, {}, {"text": 2**80}, {"media": [1]}])
def test_a_column_changed_by_hand_is_no_post_and_no_fault(odd):
    post = compose(PAYLOAD, "mastodon", FACTS)
    assert approved_post(odd, PAYLOAD, "mastodon", FACTS, composed_hash(post)) == post
    assert approved_post(odd, {"body": "x"}, "mastodon", FACTS, composed_hash(post)) is None


def test_a_picture_whose_facts_are_gone_or_a_field_without_a_place_is_not_guessed():
    post = compose(PAYLOAD, "mastodon", FACTS)
    assert approved_post(stored(post), {"body": "x"}, "mastodon", {}, composed_hash(post)) is None
    from app.content.hashing import canonical, sha256

    more = stored(post) | {"poll": "A or B?"}
    assert approved_post(more, {"body": "x"}, "mastodon", FACTS, sha256(canonical(more))) is None
    more["poll"] = ""
    assert approved_post(more, {"body": "x"}, "mastodon", FACTS, sha256(canonical(more))) is not None


def test_a_record_without_a_hash_is_known_by_nobody():
    post = compose(PAYLOAD, "mastodon", FACTS)
    assert approved_post(stored(post), PAYLOAD, "mastodon", FACTS, None) is None
