"""A text survives an ended session, a lost token and a second visit; what cannot be kept as sent is refused beside its field."""

from __future__ import annotations

import uuid

import pytest

from app.content.models import ContentItem
from app.core.db import db
from tests.factories import make_account, make_item, version_of
from tests.integration.content.test_composer import form, items, typed_back


def text(answer):
    return answer.get_data(as_text=True)


LONG = "First line <b>\nsecond line of a long story"


def test_a_form_of_an_ended_session_gives_the_texts_back(app):
    data = form(
        body=LONG,
        csrf_token="abc123secret",
        password="hunter2",
        **{"variant-site": "Own words", "media-0-alt": "A tank"},
    )
    answer = app.test_client().post(f"/content/new?item={data['item']}", data=data)
    html = text(answer)
    assert answer.status_code == 401 and "Your session has ended" in html and items() == []
    for piece in ("First line &lt;b&gt;", "Own words", "Text for site only", "A tank", "Five stones"):
        assert piece in html
    assert "abc123secret" not in html and "hunter2" not in html and "<b>" not in html.split("<textarea", 1)[1]
    assert f"/sign-in?next=/content/new?item%3D{data['item']}" in html.replace("%2F", "/").replace("%3F", "?")


def test_a_lost_token_gives_the_texts_back_too(app, as_user):
    editor = as_user("editor")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        mine, theirs = (client.post("/content/new", data=form(body=LONG)) for client in (editor, app.test_client()))
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert (
        mine.status_code == 400 and "Open the form again" in text(mine) and "second line of a long story" in text(mine)
    )
    assert theirs.status_code == 401 and "Sign in and go back" in text(theirs) and items() == []


def test_a_note_to_the_reviewer_is_given_back_and_other_forms_are_not(app, commit):
    item, visitor = commit(make_item), app.test_client()
    assert "Look at line two" in text(
        visitor.post("/reviews", data={"content_id": item.id, "note": "Look at line two"})
    )
    assert visitor.post(f"/content/{item.id}/archive", data={"note": "x"}).status_code == 303
    other_site = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.post("/content/new", data=form(body=LONG), headers=other_site).status_code == 303


def test_a_new_text_comes_back_under_the_id_of_its_address(app, as_user):
    editor, data = as_user("editor"), form(title="Half written")
    assert f'data-new="/content/new?item={data["item"]}"' in text(editor.get(f"/content/new?item={data['item']}"))
    editor.post(f"/content/{data['item']}/draft", data=data)
    html = text(editor.get(f"/content/new?item={data['item']}"))
    assert typed_back(html, "title") == "Half written" and "Your unsaved text from" in html
    plain = text(editor.get("/content/new"))
    assert "You have an unsaved text" in plain and f'/content/new?item={data["item"]}">Bring it back' in plain
    other = text(as_user("editor").get("/content/new"))
    assert 'id="unsaved" data-saved="0" role="status" hidden' in other and "Half written" not in other
    editor.post("/content/new", data=data)
    assert editor.get(f"/content/new?item={data['item']}").location == f"/content/{data['item']}/edit"


def test_nothing_is_wrong_before_anything_was_typed(app, commit, as_user):
    commit(make_account, "site")
    editor = as_user("editor")
    assert "A title is needed here" not in text(editor.get("/content/new"))
    assert "A title is needed here" in text(
        editor.post("/content/new", data=form(title="", do="check", accounts=str(_site().id)))
    )


def _site():
    from app.accounts import queries as account_queries

    return next(a for a in account_queries.usable_accounts() if a.platform == "site")


REFUSED = [
    ({"tags": ", ".join(f"t{n}" for n in range(22))}, "22 tags; at most 20 fit. Remove 2.", "tags"),
    ({"tags": "x" * 61}, "has 61 characters; at most 60 fit", "tags"),
    ({"kind": "nonsense"}, "“nonsense” is no kind of content", "kind"),
    ({"language": "klingon"}, "“klingon” is none of the desk", "language"),
    ({"disclosure": "maybe"}, "“maybe” is no choice here", "disclosure"),
    ({"campaign": "x"}, "“x” is no choice here", "campaign"),
    ({"campaign": str(uuid.uuid4())}, "There is no such campaign any more", "campaign"),
]


@pytest.mark.parametrize(("fields", "words", "field"), REFUSED)
def test_what_cannot_be_kept_as_sent_is_refused(app, as_user, fields, words, field):
    answer = as_user("editor").post("/content/new", data=form(**fields))
    html = text(answer)
    assert answer.status_code == 422 and words in html and f'id="{field}-err"' in html and items() == []
    if field == "tags":
        assert typed_back(html, "tags") == fields["tags"]


def test_a_language_that_the_menu_does_not_list_stays(app, commit, as_user):
    editor = as_user("editor")
    item = commit(make_item, by=editor.user, payload={"language": "zh-Hant"})
    html = text(editor.get(f"/content/{item.id}/edit"))
    assert '<option value="zh-Hant" selected>' in html
    assert editor.post(f"/content/{item.id}/edit", data=form(item, language="zh-Hant")).status_code == 303
    db.session.rollback()
    assert version_of(db.session.get(ContentItem, item.id)).payload["language"] == "zh-Hant"


def test_a_long_title_is_told_once_and_stops_both_ways_to_a_review(app, commit, as_user):
    editor = as_user("editor")
    item = commit(make_item, "T" * 299, "word", accounts=[commit(make_account, "site")], by=editor.user)
    html = text(editor.get(f"/content/{item.id}"))
    assert "Length fits every platform" not in html and "Too long" in html and ">1 word," in html
    assert html.count("The title is 99 characters too long") == 2  # the preview and the card Checks
    assert html.count('disabled aria-describedby="why-not-yet"') == 2 and f"/reviews/new/{item.id}" not in html
    composer = text(editor.get(f"/content/{item.id}/edit"))
    assert '<span class="num tx-bad" data-n>299 of 200, 99 too long</span>' in composer
