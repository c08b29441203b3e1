"""Every page of operations, metrics and the accounts: answers, holds its promises, stays within 12 statements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.actions.checks import settle_check
from app.core.db import db
from app.core.finder import COMMANDS
from app.lib import clock
from app.platforms.base import Refused
from tests.factories import make_account, make_campaign, make_item, make_record, make_review

PAGES = (
    "/", "/calendar", "/calendar?view=week", "/calendar?view=list", "/metrics", "/metrics?days=90&platform=site", "/settings", "/notices", "/views",
    "/search?q=stones", "/palette?q=stones", "/badges", "/accounts", "/accounts/connect", "/accounts/connect/site",
)  # fmt: skip
GARBAGE = (
    "/calendar?date=0001-01-01&view=week", "/calendar?date=9999-12-31", "/calendar?date=banana&view=year&platform=%01&campaign=x&status=y",
    "/metrics?days=banana&platform=%27&campaign=zz", "/search?q=%25_%5C%01", "/palette?q=" + "x" * 3000, "/notices?after=zzzz&kind=%01", "/accounts?status=none&after=@@",
    "/views/new?page=nowhere&query=%26%26", "/search?q=" + "%F0%9F%91%A9" * 40,
)  # fmt: skip


class Counter:
    """Statements that the engine ran, transactions apart."""

    def __enter__(self) -> list[str]:
        self.seen: list[str] = []
        sa.event.listen(db.engine, "before_cursor_execute", self._note)
        return self.seen

    def __exit__(self, *_: Any) -> None:
        sa.event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _u: Any, statement: str, *_: Any) -> None:
        self.seen.append(statement)


@pytest.fixture
def full_desk(commit: Any) -> None:
    """One of everything that the pages show."""

    def make() -> None:
        site, sandbox = make_account("site"), make_account("sandbox", status="invalid")
        make_account("sandbox", expires_at=clock.now() + timedelta(days=2))
        make_campaign(end_time=clock.now() + timedelta(days=9))
        for status in ("pending", "publishing", "confirming", "retrying", "unknown", "success", "failed", "cancelled"):
            make_record(status=status, account=site if status != "failed" else sandbox)
        make_review(status="pending")
        make_review(status="approved")
        make_item(at=clock.now() + timedelta(hours=1), accounts=[site])

    commit(make)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_on_an_empty_desk(as_user: Any, path: str) -> None:
    assert as_user("admin").get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_on_a_full_desk_within_twelve_statements(as_user: Any, full_desk: None, path: str) -> None:
    browser = as_user("admin")
    browser.get(path)
    from app.core import settings

    settings.forget()
    with Counter() as seen:
        answer = browser.get(path)
    assert answer.status_code == 200
    assert len(seen) <= 12, "\n---\n".join(seen)


@pytest.mark.parametrize("path", GARBAGE)
def test_garbage_in_the_query_string_means_nothing(as_user: Any, full_desk: None, path: str) -> None:
    assert as_user("admin").get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/calendar/record/00000000-0000-0000-0000-000000000000",
        "/notices/00000000-0000-0000-0000-000000000000",
        "/accounts/nonsense",
        "/accounts/connect/nowhere",
    ],
)
def test_ids_of_nothing_are_not_found(as_user: Any, path: str) -> None:
    assert as_user("admin").get(path).status_code == 404


def test_settings_are_for_admins_and_accounts_are_managed_by_operators(as_user: Any, commit: Any) -> None:
    account = commit(make_account, "site")
    assert as_user("operator").get("/settings").status_code == 403
    viewer = as_user("viewer")
    assert viewer.get(f"/accounts/{account.id}").status_code == 200
    assert "Reconnect" not in viewer.get(f"/accounts/{account.id}").get_data(as_text=True)
    for path in ("/accounts/connect", f"/accounts/{account.id}/reconnect", f"/accounts/{account.id}/pause"):
        assert viewer.get(path).status_code == 403


def test_home_says_what_needs_me(as_user: Any, full_desk: None) -> None:
    page = as_user("admin").get("/").get_data(as_text=True)
    for words in (
        "Needs attention",
        "did not take",
        "did not accept the sign-in",
        "sign-in of",
        "for your review",
        "Going out today",
        "Active campaigns",
    ):
        assert words in page, words


def test_an_empty_desk_gets_a_check_list(as_user: Any) -> None:
    page = as_user("admin").get("/").get_data(as_text=True)
    assert (
        "Invite a second person, or switch on self-approval" in page
        and "Connect an account" in page
        and "0 of 5" in page
    )


def test_badges_answer_304_while_nothing_changes(as_user: Any, full_desk: None) -> None:
    browser = as_user("admin")
    first = browser.get("/badges", headers={"HX-Request": "true"})
    assert 'id="badge-records"' in first.get_data(as_text=True) and "need attention" in first.get_data(as_text=True)
    again = browser.get("/badges", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.data


def test_the_palette_finds_what_one_may_open(as_user: Any, full_desk: None) -> None:
    found = as_user("editor").get("/palette?q=Winter").get_data(as_text=True)
    assert "Winter Iwagumi" in found and 'role="option"' in found
    assert "Connect an account" not in as_user("editor").get("/palette?q=connect").get_data(as_text=True)
    assert "Connect an account" in as_user("operator").get("/palette?q=connect").get_data(as_text=True)


def test_the_palette_offers_an_invitation_to_those_who_may_invite(as_user: Any) -> None:
    found = as_user("admin").get("/palette?q=invite").get_data(as_text=True)
    assert "Invite a person" in found and 'data-href="/staff/invite"' in found
    assert "Invite a person" not in as_user("viewer").get("/palette?q=invite").get_data(as_text=True)


def test_an_admin_finds_every_shortcut_by_its_words(as_user: Any) -> None:
    browser = as_user("admin")
    assert len(COMMANDS) >= 8
    for words in COMMANDS:
        assert words in browser.get("/palette", query_string={"q": words}).get_data(as_text=True)


@pytest.mark.parametrize(("field", "word"), [("instance", "Address unusable"), ("access_token", "Sign-in refused")])
def test_an_account_is_found_with_the_word_for_what_is_wrong_with_it(app, commit, as_user, field, word):
    account = commit(make_account, "mastodon", "Faulty")
    commit(settle_check, account.id, Refused("It does not work.", field=field))
    page = as_user("operator").get("/search?q=Faulty").get_data(as_text=True)
    assert f"{word}</span>" in page and page.count('class="st st-bad"') == 1
