"""Who is told what, once each; opening is reading."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from app.accounts import actions as account_actions
from app.audit import jobs
from app.audit.actions import record as audit_record
from app.audit.models import EventDelivery
from app.core import notices, queue
from app.core.db import db
from app.notifications.actions.notify import notify
from app.notifications.models import Notification
from app.publishing.notices import SINGLY
from app.reviews import actions
from tests.factories import act_as, make_account, make_item, make_record, make_review, make_user


def told() -> list[tuple[str, str]]:
    """(role of the person, title)."""
    from app.staff.models import User

    rows = db.session.execute(
        sa.select(User.username, Notification.title)
        .join(Notification, Notification.user_id == User.id)
        .order_by(User.username)
    )
    return [(name.rstrip("0123456789"), title) for name, title in rows]


def run_bells() -> None:
    target = Queue("default", connection=queue.worker_client(), serializer=JSONSerializer)
    SimpleWorker([target], connection=queue.worker_client(), serializer=JSONSerializer).work(
        burst=True, logging_level="WARNING"
    )


def test_a_failure_is_told_to_operators_and_to_the_author_once(commit: Any) -> None:
    commit(make_user, "operator")
    commit(make_user, "reviewer")
    record = commit(make_record, status="failed", title="Five stones")
    assert commit(notify, "record_failed", str(record.id)) == 2
    assert commit(notify, "record_failed", str(record.id)) == 0
    assert told() == [
        ("editor", "Our site did not take “Five stones”"),
        ("operator", "Our site did not take “Five stones”"),
    ]


def test_a_question_is_told_and_a_record_that_moved_on_is_not(commit: Any) -> None:
    commit(make_user, "admin")
    asks, moved = commit(make_record, status="unknown", title="Moss"), commit(make_record, status="success")
    assert commit(notify, "record_asks", str(asks.id)) == 2 and commit(notify, "record_asks", str(moved.id)) == 0
    assert ("admin", "Is “Moss” out on Our site?") in told()


def test_leaving_active_tells_through_the_real_queue_but_a_pause_does_not(commit: Any) -> None:
    commit(make_user, "operator")
    account, paused = commit(make_account, "sandbox", name="Proof"), commit(make_account, "sandbox")
    commit(account_actions.pause, paused)
    commit(account_actions.mark_down, account, "invalid", "The sandbox refuses this account.")
    run_bells()
    assert told() == [("operator", "Sandbox account Proof stopped working")]
    body = db.session.scalar(sa.select(Notification.body))
    assert "refuses this account" in body and "Reconnect" in body


def test_reviewers_are_told_of_a_request_but_not_who_wrote_it(commit: Any) -> None:
    author = commit(make_user, "reviewer", full_name="Ines Okafor")
    commit(make_user, "reviewer")
    item = commit(make_item, title="Dry start", by=author)
    request = commit(make_review, item, status="pending")
    commit(notify, "review_asked", str(request.id))
    assert [title for _, title in told()] == ["“Dry start” waits for review"]


def test_the_author_is_told_of_the_decision_with_its_reason(commit: Any) -> None:
    request = commit(
        make_review, commit(make_item, title="Dry start"), status="changes_requested", reason="Name the plants."
    )
    assert commit(notify, "review_decided", str(request.id)) == 1
    assert told() == [("editor", "“Dry start” needs changes")] and "Name the plants." in db.session.scalar(
        sa.select(Notification.body)
    )


def test_a_decision_that_is_undone_takes_its_notice_back(commit: Any) -> None:
    request = commit(make_review, commit(make_item, title="Dry start"), status="rejected", reason="Not this month.")
    commit(notify, "review_decided", str(request.id))
    assert commit(notify, "review_undone", str(request.id)) == 0, "it still stands"
    commit(act_as, commit(make_user, "admin"), actions.undo, request.id)
    assert (
        commit(notify, "review_undone", str(request.id)) == 1 and commit(notify, "review_undone", str(request.id)) == 0
    )
    read = dict(db.session.execute(sa.select(Notification.title, Notification.read_at.is_not(None))).all())
    assert read == {"“Dry start” was rejected": True, "The decision on “Dry start” was undone": False}


def test_opening_a_notice_reads_it_and_somebody_elses_is_not_found(as_user: Any, commit: Any) -> None:
    browser = as_user("operator")
    record = commit(make_record, status="failed")
    commit(notify, "record_failed", str(record.id))
    mine = db.session.scalar(sa.select(Notification).where(Notification.user_id == browser.user.id))
    answer = browser.get(f"/notices/{mine.id}")
    assert answer.status_code == 303 and answer.location == f"/records/{record.id}"
    db.session.expire_all()
    assert db.session.get(Notification, mine.id).read_at is not None
    assert as_user("viewer").get(f"/notices/{mine.id}").status_code == 404


def test_all_are_read_at_once(as_user: Any, commit: Any) -> None:
    browser = as_user("operator")
    for _ in range(3):
        record = commit(make_record, status="failed")
        commit(notify, "record_failed", str(record.id))
    assert browser.post("/notices/read").status_code == 303
    assert "3 marked as read" in browser.get("/notices?read=unread").get_data(as_text=True)
    assert "No notice matches" in browser.get("/notices?read=unread").get_data(as_text=True)


def test_a_flood_of_failures_is_one_notice_an_hour(commit: Any) -> None:
    commit(make_user, "operator")
    account = commit(make_account)
    records = commit(lambda: [make_record(status="failed", account=account) for _ in range(SINGLY + 3)])
    for record in records:
        commit(notify, "record_failed", str(record.id))
    assert told() == [("operator", "Many posts fail")]


def test_a_notice_that_a_room_declares_follows_its_action_through_the_real_queue(commit: Any, monkeypatch: Any) -> None:
    """All that a newcomer writes is the function below; the filter, the dot and the telling come of it."""
    monkeypatch.setattr(notices, "KINDS", notices.KINDS | {})
    monkeypatch.setattr("app.notifications.actions.notify.KINDS", notices.KINDS)
    reader = commit(make_user, "viewer")

    @notices.notice("item_archived", "Archived", "archive", on=("content.archive",))
    def item_archived(item_id: str) -> notices.Notice | None:
        return notices.Notice(
            [reader.id], f"{notices.quote('Moss')} is archived", "", f"/content/{item_id}", "idle", f"archived:{item_id}", "content_items", item_id
        )  # fmt: skip

    commit(audit_record, "content.archive", ("content_items", "7"))
    run_bells()
    assert told() == [("viewer", "“Moss” is archived")]
    assert db.session.scalar(sa.select(Notification.kind)) == "item_archived"
    assert notices.choices()[-1] == ("item_archived", "Archived")


def test_what_an_older_desk_left_in_the_queue_is_still_told(commit: Any) -> None:
    commit(make_user, "operator")
    commit(account_actions.mark_down, commit(make_account, "sandbox", name="Proof"), "invalid", "No.")
    event = db.session.scalar(sa.select(EventDelivery.event_id).where(EventDelivery.consumer.like("notifications.%")))
    queue.worker_client().flushdb()
    jobs.deliver_event(str(event), "operations.tell_of_account")
    assert told() == [("operator", "Sandbox account Proof stopped working")]


def test_the_filter_lists_kinds_in_the_order_people_know() -> None:
    words = [
        "Failed posts",
        "Questions",
        "Accounts",
        "Ending sign-ins",
        "Asked for review",
        "Decided",
        "Decision undone",
    ]
    assert [word for _, word in notices.choices()] == words
