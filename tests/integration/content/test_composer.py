"""The composer without JavaScript: one form, several buttons; nothing typed is ever lost."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from app.content.models import Artifact, ContentDraft, ContentItem
from app.core.db import db
from app.core.ids import uuid7
from tests.factories import make_account, make_item, make_user, version_of

TOKEN = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"


def fresh(model, key):
    return db.session.get(model, key, populate_existing=True)


def form(item=None, **fields):
    """The fields of the page as a browser sends them."""
    return {
        "item": str(item.id if item else uuid7()),
        "base": str(item.current_version_id) if item else "",
        "title": "Five stones",
        "body": "One story.",
        "plan_zone": "UTC",
        **fields,
    }


def items():
    db.session.rollback()
    return db.session.query(ContentItem).all()


def picture(name="tank.jpg", colour=(1, 2, 3)):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return io.BytesIO(out.getvalue()), name


def typed_back(html, name):
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', html, re.S) or re.search(
        rf'name="{name}"[^>]*value="([^"]*)"', html
    )
    return found[1] if found else None


def test_write_save_and_read_it_back(app, commit, as_user):
    site, editor = commit(make_account, "site"), as_user("editor")
    answer = editor.post(
        "/content/new", data=form(accounts=str(site.id), tags="stones, #iwagumi", language="de", kind="article")
    )
    item = items()[0]
    assert answer.status_code == 303 and answer.location.endswith(f"/content/{item.id}")
    assert (item.title, item.planned_platforms, item.tags, item.language, item.content_type) == (
        "Five stones",
        ["site"],
        ["stones", "iwagumi"],
        "de",
        "article",
    )
    assert "Saved as version 1" in editor.get(answer.location).get_data(as_text=True)


def test_the_same_form_sent_twice_makes_one_item(app, as_user):
    editor, data = as_user("editor"), form()
    assert [editor.post("/content/new", data=data).status_code for _ in range(2)] == [303, 303]
    assert len(items()) == 1 and db.session.query(Artifact).count() == 1


def test_a_refused_form_comes_back_whole(app, as_user):
    editor = as_user("editor")
    answer = editor.post(
        "/content/new", data=form(title="", body="مرحبا\n👨‍👩‍👧", **{"variant-site": "own", "utm-source": "x"})
    )
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Give it a title" in html
    assert typed_back(html, "body") == "مرحبا\n👨‍👩‍👧" and typed_back(html, "utm-source") == "x" and items() == []


def test_everything_that_is_wrong_is_said_at_once(app, as_user):
    wrong = form(title="", body=f"token {TOKEN}", plan_on="2027-01-01", plan_at="25:00")
    html = as_user("editor").post("/content/new", data=wrong).get_data(as_text=True)
    assert "Give it a title" in html and "GitHub token" in html and "Enter a date and a time" in html


def test_a_megabyte_pasted_comes_back_with_a_message_and_uncut(app, as_user):
    editor, text = as_user("editor"), "石头 stones " * 100_000
    answer = editor.post("/content/new", data=form(body=text))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "1,000,000" not in text and "at most 100,000 can be kept" in html
    assert len(typed_back(html, "body")) == len(text.strip())


def test_nul_bytes_and_control_characters_are_no_500(app, as_user):
    assert as_user("editor").post("/content/new", data=form(title="a\x00b", body="x\x00\x1by")).status_code == 303
    assert (items()[0].title, items()[0].content) == ("ab", "xy")


def test_one_character_too_long_is_named_before_saving(app, commit, as_user):
    sandbox, editor = commit(make_account, "sandbox"), as_user("editor")
    data = form(body="x" * 501, accounts=str(sandbox.id), do="check")
    html = editor.post("/content/new", data=data).get_data(as_text=True)
    assert "1 character too long (the limit is 500)" in html and "501 of 500" in html and items() == []
    fragment = editor.post("/content/preview", data=data, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert fragment.lstrip().startswith('<div id="previews"') and "501 of 500" in fragment


def test_pictures_are_added_described_and_removed(app, as_user):
    editor = as_user("editor")
    answer = editor.post(
        "/content/new",
        data=form(do="pictures", pictures=[picture(), picture("b.jpg", (9, 9, 9))]),
        content_type="multipart/form-data",
    )
    hashes = re.findall(r'name="media-\d-sha256" value="([0-9a-f]{64})"', answer.get_data(as_text=True))
    assert answer.status_code == 200 and len(hashes) == 2
    uses = {"media-0-sha256": hashes[0], "media-0-alt": "A tank", "media-1-sha256": hashes[1]}
    gone = editor.post("/content/new", data=form(do=f"remove:{hashes[1]}", **uses)).get_data(as_text=True)
    assert hashes[1] not in gone and typed_back(gone, "media-0-alt") == "A tank"
    assert editor.post("/content/new", data=form(**uses)).status_code == 303
    assert version_of(items()[0]).payload["media"][0]["alt"] == "A tank"
    for address in (hashes[0], f"{hashes[0]}/thumb"):
        shown = editor.get(f"/content/pictures/{address}")
        assert shown.mimetype == "image/jpeg" and "immutable" in shown.headers["Cache-Control"]


def test_a_picture_sent_with_a_refused_save_is_not_lost(app, as_user):
    editor = as_user("editor")
    html = editor.post(
        "/content/new", data=form(title="", pictures=[picture()]), content_type="multipart/form-data"
    ).get_data(as_text=True)
    found = re.search(r'name="media-0-sha256" value="([0-9a-f]{64})"', html)[1]
    assert editor.post("/content/new", data=form(**{"media-0-sha256": found})).status_code == 303


@pytest.mark.parametrize(
    ("data", "words"), [(b"<html>", "not a picture"), (picture()[0].getvalue()[:300], "cut off"), (b"", "empty")]
)
def test_a_bad_picture_is_named_and_the_text_stays(app, as_user, data, words):
    editor = as_user("editor")
    answer = editor.post(
        "/content/new",
        data=form(do="pictures", pictures=[(io.BytesIO(data), "bad.png")]),
        content_type="multipart/form-data",
    )
    html = answer.get_data(as_text=True)
    assert (
        answer.status_code == 422 and words in html and "bad.png" in html and typed_back(html, "body") == "One story."
    )
    alone = editor.post(
        "/content/pictures", data={"picture": (io.BytesIO(data), "bad.png")}, content_type="multipart/form-data"
    )
    assert alone.status_code == 422 and words in alone.get_data(as_text=True)


def test_a_secret_is_kept_only_when_confirmed(app, as_user):
    editor, data = as_user("editor"), form(body=f"token {TOKEN}")
    answer = editor.post("/content/new", data=data)
    assert answer.status_code == 422 and "looks like a GitHub token" in answer.get_data(as_text=True)
    kept = editor.post(f"/content/{data['item']}/draft", data=data)
    assert (
        kept.status_code == 422
        and "GitHub token" in kept.json["message"]
        and db.session.query(ContentDraft).count() == 0
    )
    assert editor.post("/content/new", data={**data, "confirm_secret": "1"}).status_code == 303


def test_two_people_at_once_see_both_texts_and_lose_nothing(app, commit, as_user):
    mara, tomas = as_user(commit(make_user, "editor", full_name="Mara Voss")), as_user("editor")
    item = commit(make_item, "Five stones", "one\ntwo\nthree", by=mara.user)
    assert mara.post(f"/content/{item.id}/edit", data=form(item, body="one\ntwo\nTHREE")).status_code == 303
    mine = form(item, body="ONE\ntwo\nthree", tags="kept", **{"variant-site": "own text"})
    answer = tomas.post(f"/content/{item.id}/edit", data=mine)
    html = answer.get_data(as_text=True)
    assert (
        answer.status_code == 409
        and "Mara Voss saved version 2" in html
        and "<ins>ONE</ins>" in html
        and "<del>one</del>" in html
    )
    carried = {
        n: typed_back(html, n)
        for n in ("item", "base", "began", "title", "body", "tags", "variant-site", "plan_zone", "language")
    }
    assert carried["body"] == "ONE\ntwo\nthree" and carried["variant-site"] == "own text" and carried["tags"] == "kept"

    merged = tomas.post(f"/content/{item.id}/edit", data={**carried, "do": "merge"})
    assert merged.status_code == 200 and typed_back(merged.get_data(as_text=True), "body") == "ONE\ntwo\nTHREE"

    assert tomas.post(f"/content/{item.id}/edit", data={**carried, "do": "save"}).status_code == 303
    third = version_of(fresh(ContentItem, item.id))
    assert (third.version, third.payload["body"], third.payload["variants"]["site"]["text"]) == (
        3,
        "ONE\ntwo\nthree",
        "own text",
    )


def test_a_session_that_ended_answers_401_to_the_autosave(app, as_user):
    editor, data = as_user("editor"), form()
    editor.delete_cookie("session")
    assert editor.post(f"/content/{data['item']}/draft", data=data, headers={"HX-Request": "true"}).status_code == 401


def test_a_copy_starts_new_with_the_same_text(app, commit, as_user):
    item = commit(make_item, "Five stones", "Copied text")
    html = as_user("editor").get(f"/content/new?copy={item.id}").get_data(as_text=True)
    assert (
        typed_back(html, "body") == "Copied text"
        and str(item.id) not in re.search(r'name="item" value="([^"]+)"', html)[1]
    )


def test_editing_what_is_scheduled_is_refused_in_words(app, commit, as_user):
    item = commit(make_item, status="scheduled")
    answer = as_user("editor").get(f"/content/{item.id}/edit")
    assert answer.status_code == 409 and "Cancel its publish records" in answer.get_data(as_text=True)
    assert as_user("editor").post(f"/content/{item.id}/edit", data=form(item, body="new")).status_code == 409


def test_editing_an_approved_item_says_what_it_costs(app, commit, as_user):
    item = commit(make_item, status="approved")
    editor = as_user("editor")
    assert "the approval does not cover" in editor.get(f"/content/{item.id}/edit").get_data(as_text=True)
    editor.post(f"/content/{item.id}/edit", data=form(item, body="new"))
    assert fresh(ContentItem, item.id).status == "draft"
