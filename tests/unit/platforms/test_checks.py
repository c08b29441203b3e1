"""What is wrong with a post, in words that say what to do."""

from __future__ import annotations

from app.platforms import registry
from app.platforms.base import Media, Post

PNG = Media("0" * 64, "image/png", 1000, 10, 10, alt="a dot")
BLUESKY = registry.get("bluesky")
MASTODON = registry.get("mastodon")
SITE = registry.get("site")


def errors(connector: object, post: Post) -> list[tuple[str, str]]:
    problems = connector.check(post)  # type: ignore[attr-defined]
    return [(p.field, p.message) for p in problems if p.severity == "error"]


def test_a_text_that_fits_exactly_is_fine() -> None:
    assert errors(BLUESKY, Post("x" * 300)) == []
    assert errors(BLUESKY, Post("x" * 301)) == [("text", "1 character too long (the limit is 300).")]


def test_bytes_are_a_limit_of_their_own() -> None:
    family = "👨‍👩‍👧‍👦"  # one grapheme, 25 bytes
    assert errors(BLUESKY, Post(family * 120)) == []
    assert errors(BLUESKY, Post(family * 121)) == [("text", "25 bytes too long (the limit is 3,000 bytes).")]


def test_text_or_a_picture_is_needed() -> None:
    assert errors(BLUESKY, Post(" ")) == [("text", "Write some text or add a picture.")]
    assert errors(BLUESKY, Post("", media=(PNG,))) == []
    assert [field for field, _ in errors(SITE, Post("", title="", media=(PNG,)))] == ["title", "text"]


def test_pictures() -> None:
    five = Post("x", media=(PNG,) * 5)
    assert errors(BLUESKY, five) == [("media", "5 pictures; this platform takes at most 4.")]
    big = Post("x", media=(Media("0" * 64, "image/tiff", 3_000_000, alt="x"),))
    assert errors(BLUESKY, big) == [
        ("media", "Picture 1 is image/tiff; this platform takes JPEG, PNG, GIF, WebP."),
        ("media", "Picture 1 is 3.00 MB; the limit is 2.00 MB."),
    ]


def test_a_missing_description_is_a_warning_and_a_long_one_an_error() -> None:
    bare = Media("0" * 64, "image/png", 10)
    found = MASTODON.check(Post("x", media=(bare,)))
    assert [(p.severity, p.at) for p in found] == [("warning", 0)]
    long = Media("0" * 64, "image/png", 10, alt="x" * 1501)
    assert errors(MASTODON, Post("x", media=(long,))) == [
        ("media", "The description of picture 1 is 1 character too long.")
    ]


def test_a_content_warning_counts_on_mastodon() -> None:
    post = Post("x" * 495, options={"spoiler_text": "politics"})
    assert errors(MASTODON, post)[0][0] == "options.spoiler_text"


def test_limits_of_an_instance_hold() -> None:
    limits = MASTODON.limits(
        {"limits": {"software": "mastodon", "max_characters": 5000, "characters_reserved_per_url": 10}}
    )
    assert [p for p in MASTODON.check(Post("x" * 5000), limits) if p.severity == "error"] == []
    assert limits.count("https://example.com/a/long/one") == 10
    odd = MASTODON.limits({"limits": {"software": "mastodon", "max_characters": "lots", "image_size_limit": True}})
    assert odd == MASTODON.spec.limits
