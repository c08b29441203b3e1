"""One record's page: what happened, why, what to do next; and each verb on it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.db import db
from app.lib import clock
from app.publishing.actions.holds import hold
from app.publishing.models import RECORD, PublishAttempt, PublishRecord, RateWindow
from tests.factories import make_account, make_record
from tests.integration.publishing_pages.days import BACK, FORWARD, YEAR


def page_of(browser, record):
    answer = browser.get(f"/records/{record.id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def add_attempt(record, number=1, outcome="no", step="commit", ago=60, **columns):
    start = clock.now() - timedelta(seconds=ago)
    row = PublishAttempt(
        record_id=record.id,
        number=number,
        step=step,
        outcome=outcome,
        started_at=start,
        finished_at=start + timedelta(seconds=0.4),
        duration_ms=400,
        **columns,
    )
    db.session.add(row)
    db.session.flush()
    return row


def reload(record):
    db.session.expire_all()
    return db.session.get(PublishRecord, record.id)


@pytest.mark.parametrize("status", RECORD.states)
@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_the_page_stands_for_every_status_and_role(as_user, commit, status, role):
    record = commit(make_record, status=status, title="Iwagumi <i>proportions</i>")
    page = page_of(as_user(role), record)
    assert "Iwagumi &lt;i&gt;proportions&lt;/i&gt;" in page
    assert ("/cancel" in page) == (role == "admin" and status in ("pending", "retrying", "unknown", "confirming"))


@pytest.mark.parametrize(("error", "says", "offers"), [
    ("auth_failed", "did not accept our sign-in", "Replay"), ("content_rejected", "refused this content", "Edit content"),
    ("invalid_parameters", "could not take this post as it is", "Edit content"), ("network_timeout", "could not be reached", "Replay"),
    ("platform_error", "had a problem", "Replay"),
])  # fmt: skip
def test_a_failure_says_what_happened_and_what_to_do(as_user, commit, error, says, offers):
    record = commit(make_record, status="failed", error_type=error, error_message="Their own words", attempt_count=3)
    page = page_of(as_user("operator"), record)
    assert says in page and offers in page and "Their own words" in page and error in page


def test_a_dead_account_offers_reconnect_and_says_why_not_replay(as_user, commit):
    account = commit(make_account, "sandbox", status="invalid")
    records = [
        commit(make_record, status="failed", platform="sandbox", account=account, error_type="auth_failed")
        for _ in range(3)
    ]
    page = page_of(as_user("operator"), records[0])
    assert (
        "no longer accepts our sign-in" in page
        and f"/accounts/{account.id}/reconnect" in page
        and "See the 2 others" in page
    )
    assert 'disabled aria-describedby="why-no"' in page


def test_attempts_stand_newest_first_with_waits_and_redacted_copies(as_user, commit):
    record = commit(make_record, status="failed", attempt_count=2)
    commit(
        add_attempt,
        record,
        1,
        ago=1000,
        error_type="rate_limit",
        http_status=429,
        response={"status": 429, "headers": {"Retry-After": "900"}, "body": ""},
    )
    commit(
        add_attempt,
        record,
        2,
        ago=60,
        error_type="auth_failed",
        http_status=401,
        message="Session has expired",
        request={
            "method": "POST",
            "url": "https://x.example/posts",
            "headers": {"authorization": "[redacted]"},
            "body": '{"text": "<script>"}',
        },
    )
    page = page_of(as_user("viewer"), record)
    newest, wait, oldest = (
        page.index("Attempt 2: sign-in failed"),
        page.index("Waited 15 min"),
        page.index("Attempt 1: rate limit"),
    )
    assert newest < wait < oldest
    assert "as the platform asked (Retry-After: 900)" in page and "429 Too Many Requests" in page
    assert "POST https://x.example/posts" in page and "&lt;script&gt;" in page and '<script>"' not in page


def test_attempts_can_be_taken_away_as_json(as_user, commit):
    record = commit(make_record, status="failed")
    commit(add_attempt, record, 1, error_type="platform_error", http_status=503)
    answer = as_user("viewer").get(f"/records/{record.id}/attempts.json")
    assert answer.json["attempts"][0]["http_status"] == 503 and "attachment" in answer.headers["Content-Disposition"]


def test_why_is_this_not_going_out_names_every_reason(as_user, commit):
    record = commit(make_record, status="pending", due_at=clock.now() + timedelta(hours=3))
    commit(hold, "record", record.id, "human", "Wait for the press release")
    page = page_of(as_user("operator"), record)
    assert (
        "Why is this not going out?" in page
        and "Held by a person" in page
        and "Wait for the press release" in page
        and "Due" in page
    )
    assert "/release" in page


def test_a_spent_limit_of_the_platform_is_named_with_its_end(as_user, commit):
    record = commit(make_record, status="pending")
    until = clock.now() + timedelta(minutes=20)
    commit(
        lambda: db.session.add(
            RateWindow(scope="account", key=f"{record.credential_id}|posts", remaining=0, resets_at=until)
        )
    )
    assert "The platform takes nothing more until" in page_of(as_user("viewer"), record)


def test_a_poll_of_an_unchanged_record_costs_nothing_and_a_changed_one_comes_back(as_user, commit):
    record, browser = commit(make_record, status="publishing"), as_user("viewer")
    page = page_of(browser, record)
    live = (
        page.split('hx-get="')[2 if "badges" in page.split('hx-get="')[1][:40] else 1]
        .split('"')[0]
        .replace("&amp;", "&")
    )
    live = next(
        part.split('"')[0].replace("&amp;", "&")
        for part in page.split('hx-get="')
        if part.startswith(f"/records/{record.id}/live")
    )
    headers = {"HX-Request": "true", "HX-Target": "record"}
    assert browser.get(live, headers=headers).status_code == 204
    commit(lambda: setattr(db.session.get(PublishRecord, record.id), "status", "unknown"))
    answer = browser.get(live, headers=headers)
    assert (
        answer.status_code == 200
        and "<html" not in answer.get_data(as_text=True)
        and "Is this post out?" in answer.get_data(as_text=True)
    )


def test_a_settled_record_does_not_poll(as_user, commit):
    assert "/live" not in page_of(as_user("viewer"), commit(make_record, status="success"))


def test_replay_and_cancel_and_waive(as_user, commit):
    failed, waiting = (
        commit(make_record, status="failed"),
        commit(make_record, status="pending", due_at=clock.now() + timedelta(hours=1)),
    )
    browser = as_user("operator")
    assert browser.post(f"/records/{failed.id}/replay").status_code == 303
    assert reload(failed).status == "pending" and reload(failed).generation == 2
    assert browser.post(f"/records/{failed.id}/replay").status_code == 409
    assert browser.post(f"/records/{waiting.id}/waive").status_code == 303 and reload(waiting).limit_waived_at
    assert "Cancel this publish?" in browser.get(f"/records/{waiting.id}/cancel").get_data(as_text=True)
    assert browser.post(f"/records/{waiting.id}/cancel").status_code == 303 and reload(waiting).status == "cancelled"


def test_cancelling_what_may_be_out_bars_it_and_says_so(as_user, commit):
    record = commit(make_record, status="unknown", next_retry_at=clock.now() + timedelta(hours=1))
    browser = as_user("operator")
    assert "may be out already" in browser.get(f"/records/{record.id}/cancel").get_data(as_text=True)
    page = browser.post(f"/records/{record.id}/cancel", follow_redirects=True).get_data(as_text=True)
    assert "still find out whether it is out" in page and reload(record).resend_barred_at


def test_a_record_that_is_being_sent_is_not_cancelled(as_user, commit):
    record = commit(make_record, status="publishing")
    answer = as_user("operator").post(f"/records/{record.id}/cancel")
    assert answer.status_code == 409 and "being sent" in answer.get_data(as_text=True)


@pytest.mark.parametrize(("data", "says"), [
    ({"on": FORWARD, "at": "02:30", "timezone": "Europe/Berlin"}, "03:30 is the same moment"),
    ({"on": BACK, "at": "02:30", "timezone": "Europe/Berlin"}, "comes twice"),
    ({"on": "2020-01-01", "at": "10:00", "timezone": "UTC"}, "has passed. Choose a later one.<"),
    ({"on": "9999-12-31", "at": "10:00", "timezone": "UTC"}, "more than two years ahead"), ({"on": f"{YEAR + 35}-01-01", "at": "10:00", "timezone": "UTC"}, "more than two years ahead"),
    ({"on": "x", "at": "y", "timezone": "UTC"}, "Enter a date and a time"),
    ({"on": f"{YEAR}-01-01", "at": "10:00", "timezone": "Mars/Base"}, "is not a time zone"), ({}, "is not a time zone"),
])  # fmt: skip
def test_a_moment_that_does_not_exist_is_refused_with_the_way_out(as_user, commit, data, says):
    record = commit(make_record, status="pending", due_at=clock.now() + timedelta(days=1))
    answer = as_user("operator").post(f"/records/{record.id}/move", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and says in page
    assert not data.get("at") or f'value="{data["at"]}"' in page


def test_the_second_of_two_hours_can_be_chosen(as_user, commit):
    record = commit(make_record, status="pending", due_at=clock.now() + timedelta(days=1))
    data = {"on": BACK, "at": "02:30", "timezone": "Europe/Berlin", "which": "second"}
    assert as_user("operator").post(f"/records/{record.id}/move", data=data).status_code == 303
    assert reload(record).due_at.isoformat().startswith(f"{BACK}T01:30")


@pytest.mark.parametrize(
    "address",
    [
        "/records/nonsense",
        "/records/00000000-0000-0000-0000-000000000000",
        "/jobs/1",
        "/holds/00000000-0000-0000-0000-000000000000/release",
    ],
)
def test_an_id_of_nothing_is_a_page_that_says_so(as_user, address):
    answer = as_user("admin").get(address)
    assert answer.status_code == 404 and "trace" not in answer.get_data(as_text=True).split("<main")[0]


def test_a_move_says_from_when_to_when(as_user, commit):
    from app.publishing.actions import reschedule

    record = commit(make_record, status="pending", due_at=clock.now() + timedelta(days=30))
    commit(lambda: reschedule(reload(record), clock.now() + timedelta(days=40)))
    page = page_of(as_user("viewer"), record)
    moved = page.split("Moved to another time", 1)[1].split("</li>", 1)[0]
    assert "From " in moved and " to " in moved and "T" not in moved.split("From ", 1)[1].split("</p>", 1)[0]
