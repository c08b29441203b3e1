"""Saved views: a list's filters under a name."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.search.actions import tidy
from app.search.models import SavedView


def save(browser: Any, **form: str) -> Any:
    return browser.post(
        "/views/new", data={"page": "accounts.index", "query": "status=active&q=aqua", "name": "Aqua", **form}
    )


def test_a_view_is_saved_shown_on_its_list_and_opened(as_user: Any) -> None:
    browser = as_user("operator")
    assert "Save view" in browser.get("/accounts?status=active").get_data(as_text=True)
    answer = save(browser)
    assert answer.status_code == 303 and answer.location == "/accounts?status=active&q=aqua"
    page = browser.get(answer.location).get_data(as_text=True)
    assert "Aqua" in page and 'aria-current="page"' in page
    assert "Aqua" not in as_user("viewer").get("/accounts").get_data(as_text=True)


def test_a_shared_view_is_seen_by_all_and_changed_by_its_owner_alone(as_user: Any) -> None:
    save(as_user("operator"), is_shared="y", name="For all")
    other = as_user("admin")
    assert "For all" in other.get("/accounts").get_data(as_text=True)
    view = db.session.scalar(sa.select(SavedView))
    assert other.post(f"/views/{view.id}", data={"name": "Mine now"}).status_code == 403
    assert other.post(f"/views/{view.id}/delete").status_code == 403


def test_the_same_name_replaces_renaming_and_deleting_work(as_user: Any) -> None:
    browser = as_user("operator")
    save(browser)
    save(browser, name="AQUA", query="status=expired")
    view = db.session.scalars(sa.select(SavedView)).one()
    assert (view.name, view.query) == ("AQUA", "status=expired")
    assert browser.post(f"/views/{view.id}", data={"name": "Ended"}).status_code == 303
    assert "Ended" in browser.get("/views").get_data(as_text=True)
    assert browser.post(f"/views/{view.id}/delete").status_code == 303
    assert "No saved views yet" in browser.get("/views").get_data(as_text=True)


def test_a_list_that_is_none_and_an_empty_name_are_refused(as_user: Any) -> None:
    browser = as_user("operator")
    assert save(browser, page="accounts.show").status_code == 422
    assert save(browser, page="operations.settings").status_code == 422
    assert save(browser, name="  ").status_code == 422
    assert save(browser, name="x" * 61).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SavedView)) == 0


def test_a_view_of_a_list_that_is_no_more_is_left_out(as_user: Any, commit: Any) -> None:
    browser = as_user("operator")
    save(browser)
    commit(
        lambda: db.session.add(
            SavedView(user_id=browser.user.id, page="accounts.gone", name="Of a list long gone", query="q=a")
        )
    )
    answer = browser.get("/views")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "Aqua" in page and "Of a list long gone" not in page


def test_a_list_that_is_not_known_is_refused(as_user: Any) -> None:
    assert save(as_user("operator"), page="accounts.gone").status_code == 422


def test_cursors_are_left_out() -> None:
    assert tidy("?status=failed&after=abc&before=x&q=&platform=site") == "status=failed&platform=site"
