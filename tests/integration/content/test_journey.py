"""Written, asked, approved by a second person, scheduled: what the item says on the way."""

from __future__ import annotations

from app.content.models import ContentItem
from app.core.db import db
from tests.factories import make_account
from tests.integration.content.test_composer import form
from tests.integration.reviews.desk import sight


def state(item_id):
    db.session.rollback()
    return db.session.get(ContentItem, item_id, populate_existing=True)


def test_from_the_composer_to_a_scheduled_item(app, commit, as_user):
    from app.reviews import queries as reviews

    site, editor, reviewer, operator = (
        commit(make_account, "site"),
        as_user("editor"),
        as_user("reviewer"),
        as_user("operator"),
    )
    page = editor.post("/content/new", data=form(accounts=str(site.id))).location
    item = state(page.rpartition("/")[2])
    html = editor.get(page).get_data(as_text=True)
    assert "Ask for review" in html and "disabled" not in html.split("Ask for review")[0][-300:]

    ask = {"content_id": str(item.id), "artifact_id": str(item.current_version_id)}
    assert editor.post("/reviews", data=ask).status_code == 303 and state(item.id).status == "review"
    html = editor.get(page).get_data(as_text=True)
    assert "Open the review" in html and "Withdraw" in html and "Archive</button>" not in html

    request = reviews.of_item(item.id)
    version = sight(request)
    assert editor.post(f"/reviews/{request.id}/decisions", data={"decision": "approve", **version}).status_code == 403
    assert reviewer.post(f"/reviews/{request.id}/decisions", data={"decision": "approve", **version}).status_code == 303
    assert state(item.id).status == "approved" and "Publish or schedule" not in editor.get(page).get_data(as_text=True)
    assert f"/content/{item.id}/publish" in operator.get(page).get_data(as_text=True)

    assert operator.get(f"/content/{item.id}/publish").status_code == 200
    job = {"accounts": str(site.id), "timing": "now", "timezone": "UTC", "priority": "0"}
    assert operator.post(f"/content/{item.id}/publish", data=job).status_code == 303
    row = state(item.id)
    assert (row.status, row.open_records, row.live_records) == ("scheduled", 1, 0)
    html = editor.get(page).get_data(as_text=True)
    assert "0 live, 1 on the way" in html and f"/content/{item.id}/edit" not in html


def test_an_edit_during_the_review_takes_it_back(app, commit, as_user):
    from app.reviews import queries as reviews

    site, editor = commit(make_account, "site"), as_user("editor")
    page = editor.post("/content/new", data=form(accounts=str(site.id))).location
    item = state(page.rpartition("/")[2])
    editor.post("/reviews", data={"content_id": str(item.id), "artifact_id": str(item.current_version_id)})
    assert editor.post(f"{page}/edit", data=form(item, body="Changed", accounts=str(site.id))).status_code == 303
    assert state(item.id).status == "draft"
    request = reviews.of_item(item.id)
    reviewer = as_user("reviewer")
    answer = reviewer.post(
        f"/reviews/{request.id}/decisions",
        data={"decision": "approve", **sight(request)},
    )
    assert answer.status_code == 409 and state(item.id).status == "draft"


def test_a_post_too_long_for_its_account_is_not_sent_to_review(app, commit, as_user):
    sandbox, editor = commit(make_account, "sandbox"), as_user("editor")
    page = editor.post("/content/new", data=form(body="x" * 501, accounts=str(sandbox.id))).location
    item = state(page.rpartition("/")[2])
    html = editor.get(page).get_data(as_text=True)
    assert "1 problem to solve before a review" in html and "Sandbox: 501 of 500" in html
    answer = editor.post("/reviews", data={"content_id": str(item.id), "artifact_id": str(item.current_version_id)})
    assert answer.status_code == 422 and state(item.id).status == "draft"
