"""Our own public pages and feeds: valid, safe, cheap to ask again, and open to everybody."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import sqlalchemy as sa

from app.core import settings
from app.core.db import db
from app.lib import clock
from app.outbound.files import Files
from app.site.models import LocalPost

ATOM = "{http://www.w3.org/2005/Atom}"


def make_post(key="k1", title="Five stones", body="Text with **force**.", platform="site", ago=0, **columns):
    row = LocalPost(
        key=key,
        platform=platform,
        title=title,
        body=body,
        published_at=clock.now() - timedelta(minutes=ago),
        slug=title.lower().replace(" ", "-"),
        **columns,
    )
    db.session.add(row)
    db.session.flush()
    return row


def get(browser, address, **headers):
    answer = browser.get(address, headers=headers)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer


def test_a_visitor_reads_the_list_and_a_post_without_signing_in(client, commit):
    commit(make_post)
    assert "Five stones" in get(client, "/site").text
    page = get(client, "/site/k1/five-stones")
    assert "<strong>force</strong>" in page.text and "Sign in" not in page.text
    assert (
        client.get("/site/k1").location == "/site/k1/five-stones" and client.get("/site/k1/old-name").status_code == 301
    )


def test_markdown_cannot_bring_scripts_styles_or_foreign_pictures(client, commit):
    body = "<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://evil.example/p.png) <b onclick=x style='color:red'>b</b>\n\n# Head"
    commit(make_post, title="<img src=x onerror=alert(1)>", body=body)
    page = client.get("/site/k1", follow_redirects=True)
    for bad in (
        "<script>alert",
        'href="javascript:',
        '<a href="javascript',
        'evil.example/p.png"',
        "<b onclick",
        "<img src=x",
    ):
        assert bad not in page.text, bad
    assert "<h2>Head</h2>" in page.text


def test_a_post_taken_down_or_of_the_sandbox_is_not_public(client, commit, as_user):
    commit(make_post, "gone", removed_at=clock.now())
    commit(make_post, "box", "In the box", platform="sandbox")
    assert client.get("/site/gone").status_code == 404 and client.get("/site/box").status_code == 404
    assert client.get("/site/sandbox/box").status_code in (302, 303)
    assert "In the box" in as_user("viewer").get("/site/sandbox/box").text
    assert "In the box" not in client.get("/site").text
    assert "Nothing at this address" in client.get("/site/nothing-here").text


def test_the_list_pages_by_keyset(client, commit):
    for n in range(12):
        commit(make_post, f"k{n}", f"Post {n:02}", ago=n)
    first = get(client, "/site").text
    assert "Post 00" in first and "Post 09" in first and "Post 10" not in first and 'rel="next"' in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = get(client, f"/site{older}").text
    assert "Post 10" in second and "Post 11" in second and 'rel="prev"' in second
    get(client, "/site?after=garbage&before=garbage")


def test_atom_is_well_formed_and_complete(client, commit):
    commit(make_post, "k1", "Tom & Jerry <3", "One\x0b & **two**", language="ar", account_name="AquaScene", ago=3)
    commit(make_post, "k2", "Second")
    answer = get(client, "/site/feed.atom")
    root = ET.fromstring(answer.data)
    assert answer.mimetype == "application/atom+xml" and root.tag == f"{ATOM}feed"
    assert {link.get("rel") for link in root.findall(f"{ATOM}link")} == {"self", "alternate"}
    entries = root.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == ["Second", "Tom & Jerry <3"]
    for entry in entries:
        for needed in ("id", "title", "updated", "published"):
            assert entry.findtext(f"{ATOM}{needed}")
        assert entry.find(f"{ATOM}author/{ATOM}name").text and entry.find(f"{ATOM}content").get("type") == "html"
        assert entry.find(f"{ATOM}link").get("href").startswith("http://localhost/site/")
    assert entries[1].get("{http://www.w3.org/XML/1998/namespace}lang") == "ar"
    assert len({e.findtext(f"{ATOM}id") for e in entries}) == 2


def test_json_feed_is_version_1_1(client, commit):
    commit(make_post, "k1", "Title", "Text", language="en", account_name="AquaScene")
    answer = get(client, "/site/feed.json")
    feed = json.loads(answer.data)
    assert answer.mimetype == "application/feed+json" and feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == "http://localhost/site" and feed["feed_url"] == "http://localhost/site/feed.json"
    item = feed["items"][0]
    assert (
        item["id"]
        and item["url"].endswith("/site/k1/title")
        and item["content_html"] == "<p>Text</p>\n"
        and item["date_published"].endswith("Z")
    )
    assert item["authors"] == [{"name": "AquaScene"}] and item["language"] == "en"


def test_feeds_of_an_empty_site_are_valid_too(client):
    assert ET.fromstring(get(client, "/site/feed.atom").data).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert json.loads(get(client, "/site/feed.json").data)["items"] == []
    assert "Nothing has been published here yet" in get(client, "/site").text


def test_asking_again_costs_304_until_something_changes(client, commit):
    commit(make_post)
    for address in ("/site", "/site/feed.atom", "/site/feed.json", "/site/k1/five-stones"):
        first = get(client, address)
        assert first.headers["ETag"] and first.headers["Last-Modified"] and "no-cache" in first.headers["Cache-Control"]
        assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        other = "/site" if address != "/site" else "/site/feed.json"
        assert get(client, other).headers["ETag"] != first.headers["ETag"]
    mark = get(client, "/site").headers["ETag"]
    commit(make_post, "k2", "Another")
    assert client.get("/site", headers={"If-None-Match": mark}).status_code == 200


def test_a_post_taken_down_or_stored_late_is_seen_by_whoever_has_the_page_already(client, commit):
    commit(make_post, "k1")
    last = commit(make_post, "k2", "Second")
    for address in ("/site", "/site/feed.atom", "/site/feed.json"):
        first = get(client, address)
        known = {"If-None-Match": first.headers["ETag"]}
        # its transaction began first and ended last: nothing of it is the newest
        late = commit(
            make_post, f"late-{address[-4:]}", "Stored late", ago=1, updated_at=clock.now() - timedelta(hours=1)
        )
        assert "Stored late" in get(client, address, **known).text
        known = {"If-None-Match": get(client, address).headers["ETag"]}
        commit(lambda key=late.key: _take_down(key))
        assert "Stored late" not in get(client, address, **known).text
    changed = get(client, "/site").last_modified
    assert changed and changed >= last.updated_at.replace(microsecond=0)


def _take_down(key):
    db.session.execute(sa.update(LocalPost).where(LocalPost.key == key).values(removed_at=clock.now()))


MANY = """
INSERT INTO local_posts (key, platform, title, body, media, slug, published_at, updated_at)
SELECT 'k' || n, 'site', 'Post ' || n, repeat('Text. ', 40), jsonb_build_array(
  jsonb_build_object('sha256', encode(sha256(('p' || n)::bytea), 'hex')), jsonb_build_object('sha256', repeat('a', 64))),
  'post-' || n, now() - n * interval '1 minute', now() - n * interval '1 minute' FROM generate_series(1, 20000) n
"""
BLOCKS = 200
"""Thirty posts of a feed may lie in thirty blocks, each found through an index; the table has some two thousand."""


def blocks_read(client, address):
    """How many blocks of the database one answer touches, all its statements together."""
    sent, blocks = [], 0

    def note(connection, cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        client.get(address)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    with db.engine.connect() as connection:
        for statement, parameters in sent:
            plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            found = plan.scalar_one()[0]["Plan"]
            blocks += found["Shared Hit Blocks"] + found["Shared Read Blocks"]
    return blocks


def test_an_answer_costs_the_same_however_many_posts_there_are(client, app, owner):
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(MANY))
        connection.execute(sa.text("VACUUM ANALYZE local_posts"))
    nobodys, everybodys = hashlib.sha256(b"nobody's").hexdigest(), "a" * 64
    first = get(client, "/site").text
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    pages = ("/site", f"/site{older}", "/site/feed.atom", "/site/feed.json", "/site/k9999/post-9999")
    for address in (*pages, f"/site/media/{nobodys}", f"/site/media/{everybodys}"):
        assert blocks_read(client, address) < BLOCKS, address


def test_only_pictures_of_public_posts_are_served(client, commit, app):
    files = Files(Path(app.config["ENVIRONMENT"].files))
    shown, hidden = files.put(b"\x89PNG picture"), files.put(b"\x89PNG of a draft")
    media = [{"sha256": shown, "alt": "A tank with “stones”", "mime": "image/png", "width": 4, "height": 3}]
    commit(make_post, media=media)
    answer = get(client, f"/site/media/{shown}")
    assert (
        answer.data == b"\x89PNG picture"
        and answer.mimetype == "image/png"
        and "immutable" in answer.headers["Cache-Control"]
    )
    assert client.get(f"/site/media/{hidden}").status_code == 404
    assert client.get(f"/site/media/{hashlib.sha256(b'x').hexdigest()}").status_code == 404
    assert client.get("/site/media/..%2f..%2fetc%2fpasswd").status_code == 404
    assert 'alt="A tank with “stones”"' in client.get("/site/k1", follow_redirects=True).text
    feed = json.loads(client.get("/site/feed.json").data)["items"][0]
    assert feed["attachments"][0]["url"] == f"http://localhost/site/media/{shown}" and "<img" in feed["content_html"]


def test_the_title_is_a_setting(client, commit):
    commit(lambda: settings.put("site.title", "AquaScene <News>"))
    assert "AquaScene &lt;News&gt;" in get(client, "/site").text
    assert ET.fromstring(get(client, "/site/feed.atom").data).findtext(f"{ATOM}title") == "AquaScene <News>"
