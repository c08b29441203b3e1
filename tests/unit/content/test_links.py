"""Every part of the desk speaks of the same link: facet, count of characters, card, UTM tag and preview."""

from __future__ import annotations

import re

import pytest

from app.content import links
from app.content.compose import compose
from app.content.markdown_html import mark_links
from app.content.payloads import normalize
from app.lib.links import urls
from app.platforms.bluesky_text import facets
from app.platforms.texts import graphemes, mastodon

# the text with «» around its link
TEXTS = [
    "«https://fonts.example/css?family=Open+Sans|Roboto»",
    "see «https://en.example/wiki/a[1]»",
    "«https://en.example/wiki/A_(b)» and on",
    "(«https://en.example/wiki/A_(b)»)",
    "[«https://a.example/x»]",
    "[words](«https://a.example/x»), more",
    "[words](«https://a.example/x»)[more]",
    "Read «https://a.example/x».",
    "Is it «https://a.example/x»?!",
    "*«https://a.example/x»*",
    "`«https://a.example/x»`",
    "<«https://a.example/x»>",
    "“«https://a.example/it's»”",
    "看«https://c.example/路径»，好",
    "看（«https://c.example/a»）。谢谢",
    "见「«https://c.example/a»」",
    "и «http://пример.example/путь?a=б»…",
    "«https://a.example/{id}/x^2» there",
    "«https://a.example/?q=a&b=[c]#part-2», then",
    "«HTTPS://A.example/x»",
    "«http://x»",
    "«https://a.example/👨‍👩‍👧‍👦» fish",
    "a@https://b.example is none, «https://a.example/x» is one",
    "https:// alone, then «https://a.example/\u00e9»;",
]


@pytest.mark.parametrize("written", TEXTS)
def test_facet_count_card_tag_and_preview_speak_of_the_same_link(written):
    text, link = re.sub("[«»]", "", written), written.partition("«")[2].partition("»")[0]
    assert [(span.text, text[span.start : span.end]) for span in urls(text)] == [(link, link)]
    raw = text.encode()
    places = [facet["index"] for facet in facets(text, {}) if facet["features"][0]["$type"].endswith("#link")]
    assert [raw[place["byteStart"] : place["byteEnd"]].decode() for place in places] == [link]
    assert mastodon(per_url=1000)(text) == graphemes(text) - graphemes(link) + 1000
    assert f'<span class="pv-tag">{link}</span>' in str(mark_links(text)).replace("&amp;", "&").replace("&#39;", "'")
    made = normalize({"title": "t", "body": "", "variants": {"bluesky": {"text": text}}})
    assert compose(made, "bluesky").link == link
    ruled = compose({**made, "link_rules": {"utm": {"source": "{platform}"}}}, "bluesky")
    whole, _, part = link.partition("#")
    tag = ("&" if "?" in whole else "?") + "utm_source=bluesky" + ("#" if part else "") + part
    assert ruled.text.lower() == text.replace(link, whole + tag).lower() and ruled.link.lower() == (whole + tag).lower()


def test_what_is_no_link_is_none_for_anybody():
    for text in (
        "https://",
        "https://.",
        "xhttps://a.example",
        "ftp://a.example",
        "http:/a.example",
        "@https://a.example",
        "https://)",
    ):
        assert (list(urls(text)), facets(text, {}), links.addresses(text)) == ([], [], []), text
        assert links.add_utm(text, {"utm": {"source": "x"}}, "x") == text


def test_hashtags_and_mentions_are_marked_beside_links_and_not_inside():
    assert str(mark_links("#a https://a.example/#b @c")) == (
        '<span class="pv-tag">#a</span> <span class="pv-tag">https://a.example/#b</span> <span class="pv-tag">@c</span>'
    )
