"""The composer's form as a value."""

from __future__ import annotations

import uuid

from werkzeug.datastructures import MultiDict

from app.content import composer_input

ITEM = uuid.uuid4()
A, B = "a" * 64, "b" * 64


def test_pictures_keep_the_order_of_their_numbers_and_lose_the_removed_one():
    form = MultiDict({"media-2-sha256": B, "media-2-alt": "second", "media-0-sha256": A, "media-0-alt": "first"})
    assert [(m["sha256"], m["alt"]) for m in composer_input.read_form(form, ITEM).payload["media"]] == [
        (A, "first"),
        (B, "second"),
    ]
    form["do"] = f"remove:{A}"
    assert [m["sha256"] for m in composer_input.read_form(form, ITEM).payload["media"]] == [B]


def test_garbage_means_nothing():
    form = MultiDict(
        [
            ("media-0-sha256", "../../etc/passwd"),
            ("accounts", "nonsense"),
            ("base", "'; --"),
            ("campaign", "x"),
            ("variant-../x", "y"),
        ]
    )
    got = composer_input.read_form(form, ITEM)
    assert (
        got.payload["media"] == []
        and got.accounts == ()
        and got.base_id is None
        and got.campaign_id == ""
        and got.payload["variants"] == {}
    )


def test_an_untouched_variant_does_not_change_the_hash():
    from app.content.hashing import content_hash

    with_fields = MultiDict({"title": "t", "body": "b", "variant-site": "  ", "comment-site": "", "option-site-x": ""})
    without = MultiDict({"title": "t", "body": "b\r\n"})
    assert content_hash(composer_input.read_form(with_fields, ITEM).payload) == content_hash(
        composer_input.read_form(without, ITEM).payload
    )


def test_thread_parts_are_split_at_a_line_of_hyphens():
    form = MultiDict({"title": "t", "variant-x": "one", "parts-x": "two\r\n---\r\nthree - x"})
    assert composer_input.read_form(form, ITEM).payload["variants"]["x"]["parts"] == ["two", "three - x"]


def test_nul_and_control_characters_and_lone_surrogates_are_taken_out():
    form = MultiDict({"title": "a\x00b\x07", "body": "x\ud800y\tz"})
    got = composer_input.read_form(form, ITEM).payload
    assert got["title"] == "ab" and got["body"] == "x\ufffdy\tz"


def test_a_draft_survives_the_way_through_the_database_form():
    form = MultiDict(
        [
            ("title", "t"),
            ("accounts", str(ITEM)),
            ("plan_on", "2027-01-01"),
            ("plan_at", "10:00"),
            ("plan_zone", "Asia/Shanghai"),
            ("tags", "#a, b，c"),
        ]
    )
    first = composer_input.read_form(form, ITEM)
    again = composer_input.from_draft(ITEM, first.payload, first.plan(), None)
    assert again == first and again.tag_list == ["a", "b", "c"]


def test_options_that_say_what_the_platform_does_anyway_are_left_out():
    fields = [
        ("title", "t"),
        ("option-mastodon-sensitive", "0"),
        ("option-mastodon-visibility", "public"),
        ("option-mastodon-nope", "x"),
    ]
    assert composer_input.read_form(MultiDict(fields), ITEM).payload["variants"] == {}
    ticked = [
        ("option-mastodon-sensitive", "0"),
        ("option-mastodon-sensitive", "1"),
        ("option-mastodon-visibility", "unlisted"),
    ]
    assert composer_input.read_form(MultiDict([("title", "t"), *ticked]), ITEM).payload["variants"] == {
        "mastodon": {"text": "", "options": {"sensitive": "1", "visibility": "unlisted"}}
    }
