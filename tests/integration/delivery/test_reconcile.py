"""What a look, a confirmation or a late no means where a person has cancelled meanwhile, or the tries are used up."""

from __future__ import annotations

import pytest

from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.delivery.actions.confirm import settle_confirm
from app.delivery.actions.late import settle_late_no
from app.delivery.actions.prepare import prepare
from app.delivery.actions.reconcile import settle_lookup
from app.delivery.actions.sweep import sweep
from app.platforms.base import Absent, Verdict
from app.publishing import actions
from tests import publishing_desk as desk

SENT = (
    "INSERT INTO publish_attempts (record_id, number, step, started_at)"
    " VALUES (:id, 1, 'commit', now() - interval '1 hour')"
)


def looked_for(platform, status, columns=""):
    """A record sent an hour ago whose look is due; its id."""
    (key,) = desk.scheduled(desk.account(platform, configuration={"min_gap": 0}))
    since = "unknown_since = now() - interval '1 hour', was_unknown = true," if status == "unknown" else ""
    desk.by_hand(
        f"UPDATE publish_records SET status = :s, attempt_count = 1, {since} {columns} next_retry_at = now() WHERE id = :id",
        s=status,
        id=key,
    )
    desk.by_hand(SENT, id=key)
    return key


def taken():
    (claimed,) = transaction(claim, "w1", 8)
    return transaction(prepare, claimed, "w1")


def test_what_is_surely_absent_is_given_up_once_its_tries_are_used_up(app):
    key = looked_for("mastodon", "unknown", "retry_count = 3, max_retries = 3,")
    transaction(settle_lookup, taken(), Absent("list"))
    row = desk.record(key)
    assert (row.status, row.dead_letter_reason, row.generation) == ("failed", "retries_used_up", 1)


def test_what_is_sent_again_after_a_listing_has_a_key_of_its_own(app):
    """The old key may be answered by the platform with what it did the first time."""
    key = looked_for("mastodon", "unknown")
    before = desk.record(key).client_key
    transaction(settle_lookup, taken(), Absent("list"))
    row = desk.record(key)
    assert (row.status, row.generation, row.retry_count) == ("retrying", 2, 1) and row.client_key != before
    assert taken().key != before


@pytest.mark.parametrize("kind", ["platform_error", "content_rejected"])
def test_a_no_that_comes_late_ends_what_a_person_has_cancelled(app, kind):
    key = looked_for("mastodon", "unknown")
    desk.person(actions.cancel_record, key)
    desk.by_hand("UPDATE publish_records SET next_retry_at = now()")
    transaction(settle_late_no, taken(), Verdict("no", error_type=kind, message="500"))
    assert (desk.record(key).status, desk.record(key).next_retry_at) == ("cancelled", None)
    assert transaction(claim, "w1", 8) == []


def test_what_was_accepted_then_cancelled_and_refused_is_cancelled_and_no_failure(app):
    key = looked_for("sandbox", "confirming")
    desk.person(actions.cancel_record, key)
    transaction(settle_confirm, taken(), Verdict("no", error_type="content_rejected", final=True, message="Taken down"))
    assert (desk.record(key).status, desk.record(key).dead_letter_at) == ("cancelled", None)


def test_a_confirmation_that_kills_its_workers_is_asked_for_as_long_as_it_takes(app):
    """Of an accepted post nobody is asked: without a next look it would stand there for ever."""
    key = looked_for("sandbox", "confirming")
    for _ in range(4):
        taken()
        desk.by_hand("UPDATE publish_records SET lease_expires_at = app_now() - interval '1 s'")
        transaction(sweep)
        assert desk.record(key).status == "confirming" and desk.record(key).next_retry_at is not None
        desk.by_hand("UPDATE publish_records SET next_retry_at = app_now()")


def test_what_is_accepted_and_never_said_to_be_live_is_unclear_at_last(app):
    key = looked_for("sandbox", "confirming", "look_count = 199,")
    transaction(settle_confirm, taken(), Verdict("accepted"))
    row = desk.record(key)
    assert (row.status, row.was_unknown) == ("unknown", True) and row.unknown_since
