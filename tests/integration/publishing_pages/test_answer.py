"""The open question: it is there, send again, give up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.db import db
from app.lib import clock
from app.platforms import registry
from app.publishing.models import PublishAttempt, PublishRecord
from tests.factories import make_account, make_record


def asked(platform="sandbox", ago=60):
    record = make_record(status="unknown", platform=platform, account=make_account(platform))
    begun = clock.now() - timedelta(seconds=ago)
    db.session.add(PublishAttempt(record_id=record.id, number=1, step="commit", outcome="unknown", started_at=begun))
    record.unknown_since = begun
    db.session.flush()
    return record


def reload(record):
    db.session.expire_all()
    return db.session.get(PublishRecord, record.id)


def listing_platform():
    """A connector that cannot prove absence by a key, if there is one."""
    return next((c.spec.slug for c in registry.CONNECTORS if c.spec.resend_safety != "proved"), None)


def test_the_page_asks_with_everything_that_is_known(as_user, commit):
    record = commit(asked)
    page = as_user("operator").get(f"/records/{record.id}/answer").get_data(as_text=True)
    assert "Is this post out?" in page and "It is there" in page and "Give up" in page and "What was sent" in page


def test_it_is_there_needs_the_link_and_keeps_it(as_user, commit):
    record, browser = commit(asked), as_user("operator")
    for link in ("", "not a link", "ftp://x.example/1", "javascript:alert(1)"):
        answer = browser.post(f"/records/{record.id}/answer", data={"answer": "there", "link": link})
        assert answer.status_code == 422 and "Paste the" in answer.get_data(as_text=True)
    assert (
        browser.post(
            f"/records/{record.id}/answer", data={"answer": "there", "link": "https://x.example/p/42"}
        ).status_code
        == 303
    )
    assert (reload(record).status, reload(record).platform_url) == ("success", "https://x.example/p/42")


def test_give_up_settles_it_and_it_needs_no_action_any_more(as_user, commit):
    record, browser = commit(asked), as_user("operator")
    browser.post(f"/records/{record.id}/answer", data={"answer": "give_up"})
    assert reload(record).status == "failed"
    assert "Given up by a person" in browser.get(f"/records/{record.id}").get_data(as_text=True)
    assert "Nothing needs you" in browser.get("/records?view=needs-action").get_data(as_text=True)


def test_sending_again_early_needs_the_words_typed(as_user, commit):
    slug = listing_platform()
    if slug is None:
        pytest.skip("every connector proves absence by its key")
    record, browser = commit(asked, slug), as_user("operator")
    assert "may still appear" in browser.get(f"/records/{record.id}/answer").get_data(as_text=True)
    for typed in ("", "yes", "send it"):
        answer = browser.post(f"/records/{record.id}/answer", data={"answer": "send_again", "typed": typed})
        assert answer.status_code == 422 and "SEND AGAIN" in answer.get_data(as_text=True)
    assert reload(record).status == "unknown"
    assert (
        browser.post(
            f"/records/{record.id}/answer", data={"answer": "send_again", "typed": " send  again "}
        ).status_code
        == 303
    )
    assert reload(record).status == "retrying"


def test_sending_again_later_needs_no_words(as_user, commit):
    record = commit(asked, listing_platform() or "sandbox", ago=3600)
    assert as_user("operator").post(f"/records/{record.id}/answer", data={"answer": "send_again"}).status_code == 303
    assert reload(record).status == "retrying"


def test_no_answer_and_a_second_answer_are_refused(as_user, commit):
    record, browser = commit(asked), as_user("operator")
    assert browser.post(f"/records/{record.id}/answer", data={}).status_code == 422
    assert browser.post(f"/records/{record.id}/answer", data={"answer": "explode"}).status_code == 422
    browser.post(f"/records/{record.id}/answer", data={"answer": "give_up"})
    assert (
        browser.post(
            f"/records/{record.id}/answer", data={"answer": "there", "link": "https://x.example/1"}
        ).status_code
        == 409
    )


def test_viewers_see_the_question_but_not_the_form(as_user, commit):
    record, browser = commit(asked), as_user("viewer")
    page = browser.get(f"/records/{record.id}").get_data(as_text=True)
    assert "Is this post out?" in page and "/answer" not in page
    assert browser.get(f"/records/{record.id}/answer").status_code == 403
