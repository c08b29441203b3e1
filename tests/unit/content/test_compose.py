"""From a payload to what goes out."""

from __future__ import annotations

import pytest

from app.content.compose import compose, composed_hash, slug
from app.content.payloads import normalize

MEDIA = [{"sha256": "a" * 64, "alt": "Stones", "crop": None}]


def made(platform="sandbox", **more):
    return compose(
        normalize({"title": "Five stones", "body": "Five **stones**, [the log](https://a.example/60p).", **more}),
        platform,
    )


def test_markdown_stays_where_it_is_taken_and_becomes_plain_text_elsewhere():
    assert made("site").text == "Five **stones**, [the log](https://a.example/60p)."
    assert made("sandbox").text == "Five stones, the log (https://a.example/60p)."


def test_a_platforms_own_text_wins_and_is_sent_as_typed():
    own = made("sandbox", variants={"sandbox": {"text": "**As typed** _here_"}})
    assert own.text == "**As typed** _here_"
    assert made("site", variants={"sandbox": {"text": "x"}}).text.startswith("Five **stones**")


def test_utm_rules_are_put_on_links_that_carry_none():
    rules = {"utm": {"source": "{platform}", "campaign": "winter iwagumi"}}
    got = made(
        "sandbox",
        link_rules=rules,
        body="See https://a.example/x?y=1, (https://b.example/z_(1)). https://c.example/?utm_source=me",
    )
    assert got.text == (
        "See https://a.example/x?y=1&utm_campaign=winter%20iwagumi&utm_source=sandbox, "
        "(https://b.example/z_(1)?utm_campaign=winter%20iwagumi&utm_source=sandbox). https://c.example/?utm_source=me"
    )
    assert got.link.startswith("https://a.example/x?y=1&utm_")
    assert composed_hash(got) != composed_hash(
        made("sandbox", body="See https://a.example/x?y=1, (https://b.example/z_(1)). https://c.example/?utm_source=me")
    )


def test_disclosure_becomes_a_sentence_in_the_language_of_the_text():
    assert made(disclosure="assisted").text.endswith("\n\nWritten with the help of AI.")
    assert made(disclosure="automated", language="zh").text.endswith("本文由人工智能撰写。")
    assert made().disclosure == "" and "AI" not in made().text


def test_pictures_can_be_left_out_on_one_platform():
    assert [m.alt for m in made(media=MEDIA).media] == ["Stones"]
    assert made(media=MEDIA, variants={"sandbox": {"options": {"no_pictures": True}}}).media == ()


def test_the_same_payload_composes_to_the_same_hash_and_alt_text_counts():
    assert composed_hash(made(media=MEDIA)) == composed_hash(made(media=MEDIA))
    assert composed_hash(made(media=MEDIA)) != composed_hash(made(media=[{**MEDIA[0], "alt": "Other"}]))


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Five stones, one story!", "five-stones-one-story"), ("五块石头 60P", "五块石头-60p"), ("…", ""), ("a_b", "a-b")],
)
def test_slugs_keep_letters_of_every_script(title, expected):
    assert slug(title) == expected


def test_an_unknown_platform_is_an_error_not_an_empty_post():
    with pytest.raises(KeyError):
        made("nowhere")


def test_a_smaller_rendition_stands_in_only_where_the_picture_would_be_refused():
    rendition = {"sha256": "b" * 64, "mime": "image/jpeg", "size": 700_000, "width": 2048, "height": 1365}
    known = {
        "a" * 64: {
            "mime": "image/jpeg",
            "size": 5_000_000,
            "width": 6000,
            "height": 4000,
            "name": "at home.jpg",
            "small": rendition,
        }
    }
    of = normalize({"title": "t", "body": "b", "media": MEDIA})
    bluesky, site = (compose(of, p, known).media[0] for p in ("bluesky", "site"))
    assert (bluesky.sha256, bluesky.alt, bluesky.width) == ("b" * 64, "Stones", 2048)
    assert site.sha256 == "a" * 64 and "home" not in site.name
