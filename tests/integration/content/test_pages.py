"""The list and the item's page, with and without rights."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from app.lib import clock
from tests.factories import make_account, make_item, make_user


def page(browser, url, status=200):
    answer = browser.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)[-2000:]
    return answer.get_data(as_text=True)


def titles(html):
    return re.findall(r'class="row-title" href="[^"]+"><bdi>([^<]+)', html)


def test_the_list_filters_searches_and_hides_what_is_archived(app, commit, as_user):
    site = commit(make_account, "site")
    mara = commit(make_user, "editor", full_name="Mara Voss")
    commit(make_item, "Five stones", "Oyaishi", by=mara, accounts=[site])
    commit(make_item, "五块石头", "岩组水景，一块主石", status="review")
    commit(make_item, "خمسة أحجار", "يميل الحجر", status="approved")
    commit(_archived)
    viewer = as_user("viewer")
    assert set(titles(page(viewer, "/content"))) == {"Five stones", "五块石头", "خمسة أحجار"}
    assert titles(page(viewer, "/content?q=水景")) == ["五块石头"]
    assert titles(page(viewer, "/content?q=أحجار")) == ["خمسة أحجار"]
    assert titles(page(viewer, "/content?q=oyai")) == ["Five stones"]
    assert titles(page(viewer, "/content?platform=site")) == ["Five stones"]
    assert titles(page(viewer, f"/content?author={mara.id}")) == ["Five stones"]
    assert titles(page(viewer, "/content?view=review")) == ["五块石头"]
    assert titles(page(viewer, "/content?view=archived")) == ["Old"]
    assert titles(page(viewer, "/content?sort=title"))[0] == "Five stones"
    assert "No content matches" in page(viewer, "/content?q=nothing")


def _archived():
    from app.content import actions

    item = make_item("Old")
    actions.archive(item)
    return item


def test_garbage_in_the_query_string_means_nothing(app, commit, as_user):
    commit(make_item, "Five stones")
    viewer = as_user("viewer")
    for query in (
        "sort=--title",
        "after=zzz",
        "author='",
        "campaign=x",
        "q=%27%3A%2A%26%21",
        "q=%F0%9F%91%A8",
        "view=%3Cb%3E",
        "kind=nope",
    ):
        page(viewer, f"/content?{query}")


def test_paging_by_keyset(app, commit, as_user):
    def many():
        for n in range(30):
            make_item(f"Item {n:02}", f"body {n}", by=by)

    by = commit(make_user, "editor")
    commit(many)
    viewer = as_user("viewer")
    first = page(viewer, "/content?sort=title")
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    assert titles(first) == [f"Item {n:02}" for n in range(25)]
    assert titles(page(viewer, following)) == [f"Item {n:02}" for n in range(25, 30)]


def test_the_empty_list_says_what_to_do(app, as_user):
    assert "Write the first text" in page(as_user("editor"), "/content")
    assert "Write the first text" not in page(as_user("viewer"), "/content")


def test_csv_of_the_same_filters(app, commit, as_user):
    commit(make_item, "=cmd()", status="review")
    commit(make_item, "Other")
    text = page(as_user("viewer"), "/content/export.csv?status=review")
    assert "'=cmd()" in text and "Other" not in text and text.startswith("\ufeff")


def test_the_results_alone_for_htmx(app, commit, as_user):
    commit(make_item, "Five stones")
    answer = as_user("viewer").get("/content?q=stones", headers={"HX-Request": "true", "HX-Target": "results"})
    html = answer.get_data(as_text=True)
    assert html.lstrip().startswith('<div class="card" id="results"') and "Five stones" in html


@pytest.mark.parametrize(
    "tab", ["", "?tab=changes", "?tab=versions", "?tab=activity", "?tab=nope", "?tab=changes&from=x&to=1"]
)
def test_every_tab_of_an_item(app, commit, as_user, tab):
    item = commit(
        make_item,
        "Five stones",
        at=clock.now() + timedelta(days=1),
        timezone="Africa/Addis_Ababa",
        accounts=[commit(make_account, "site")],
    )
    html = page(as_user("viewer"), f"/content/{item.id}{tab}")
    assert "Five stones" in html and "Ask for review" not in html


def test_ids_that_are_none(app, commit, as_user):
    viewer = as_user("viewer")
    page(viewer, f"/content/{uuid.uuid4()}", 404)
    page(viewer, f"/content/{commit(make_item).id}?tab=changes&to=99999999999999999999", 404)
    page(viewer, "/content/nonsense", 404)
    page(viewer, "/content/pictures/nonsense", 404)
    page(viewer, "/content/pictures/" + "a" * 64, 404)


def test_text_is_escaped_everywhere(app, commit, as_user):
    evil = "<script>alert(1)</script>"
    accounts = [commit(make_account, p) for p in ("site", "sandbox")]
    item = commit(
        make_item, evil, f"{evil} [x](javascript:alert(1)) <img src=x onerror=1>", accounts=accounts, tags=[evil]
    )
    editor = as_user("editor")
    for url in ("/content", f"/content/{item.id}", f"/content/{item.id}/edit", f"/content/{item.id}?tab=changes"):
        html = page(editor, url)
        assert "<script>alert" not in html and 'href="javascript' not in html and "<img src=x" not in html


def test_rights(app, commit, as_user):
    item = commit(make_item)
    viewer, editor = as_user("viewer"), as_user("editor")
    for method, url in (
        ("get", "/content/new"),
        ("get", f"/content/{item.id}/edit"),
        ("post", f"/content/{item.id}/archive"),
        ("post", "/content/preview"),
        ("post", "/content/pictures"),
    ):
        assert getattr(viewer, method)(url).status_code == 403
    assert app.test_client().get("/content").status_code == 302
    assert editor.post(f"/content/{item.id}/archive").status_code == 303
    assert editor.post(f"/content/{item.id}/archive").status_code == 409
    assert editor.post(f"/content/{item.id}/restore").status_code == 303


def test_few_statements_however_long_the_list(app, commit, as_user):
    import sqlalchemy as sa

    from app.core.db import db

    by = commit(make_user, "editor")
    commit(lambda: [make_item(f"Item {n}", f"b{n}", by=by) for n in range(25)])
    item = commit(make_item, accounts=[commit(make_account, "site")], by=by)
    editor, seen = as_user("editor"), []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    for url in (
        "/content",
        "/content/new",
        f"/content/{item.id}",
        f"/content/{item.id}?tab=changes",
        f"/content/{item.id}/edit",
    ):
        seen.clear()
        page(editor, url)
        assert len(seen) <= 12, (url, len(seen), seen)


def test_many_at_once_move_what_can_be_moved(app, commit, as_user):
    draft, busy = commit(make_item, "Draft"), commit(make_item, "Busy", status="review")
    editor = as_user("editor")
    ids = [str(draft.id), str(busy.id), "nonsense"]
    answer = editor.post("/content/bulk?view=mine", data={"verb": "archive", "id": ids})
    assert answer.status_code == 303 and answer.location.endswith("/content?view=mine")
    html = page(editor, "/content")
    assert "Archived 1. 1 stayed: It is in review." in html and titles(html) == ["Busy"]
    editor.post("/content/bulk", data={"verb": "restore", "id": ids})
    assert set(titles(page(editor, "/content"))) == {"Draft", "Busy"}
    assert editor.post("/content/bulk", data={"verb": "explode", "id": ids}).status_code == 303
    assert as_user("viewer").post("/content/bulk", data={"verb": "archive", "id": ids}).status_code == 403
