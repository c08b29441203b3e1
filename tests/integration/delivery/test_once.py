"""The same version goes to the same account once, whatever people press; what was paused meanwhile is not sent."""

from __future__ import annotations

import pytest

from app.accounts import actions as account_actions
from app.accounts import queries as account_queries
from app.core.actor import acting
from app.core.db import db
from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.delivery.actions.commit import CommitRefused, commit_one
from app.delivery.actions.prepare import prepare
from app.delivery.actions.settle import settle
from app.delivery.actions.sweep import sweep
from app.lib.errors import Conflict, Invalid
from app.outbound.exchange import Sending
from app.platforms.base import PrepareFailed, Verdict
from app.publishing import actions
from tests import publishing_desk as desk


def sandbox(behaviour):
    return desk.account("sandbox", configuration={"behaviour": behaviour})


def begun(key, me="w1"):
    """The record claimed and prepared by `me`; its delivery."""
    (claimed,) = [c for c in transaction(claim, me, 8) if c.id == key]
    return transaction(prepare, claimed, me)


def sent(delivery):
    """The commit point passed; the id of the attempt."""
    attempt = uuid7()
    transaction(commit_one, delivery, attempt, Sending("POST", "https://x.example", "f", {}, ""))
    return attempt


def by_person(verb, *args, **more):
    with acting(desk.staff()):
        return transaction(verb, *args, **more)


def test_a_failed_record_is_not_replayed_beside_one_that_is_out(app):
    account = sandbox("refuses")
    made = desk.approved("Once only")
    (first,) = desk.scheduled(account, made=made)
    desk.work()
    desk.by_hand('UPDATE platform_credentials SET configuration = \'{"behaviour": "ok"}\' WHERE id = :id', id=account)
    (second,) = desk.scheduled(account, made=made)
    desk.work()
    assert desk.record(second).status == "success"
    with pytest.raises(Conflict, match="is published there already"):
        by_person(actions.replay, desk.record(first))
    assert by_person(actions.replay_by_cause, "content_rejected") == (0, 1)


def test_what_was_given_up_unclear_is_not_scheduled_again_without_a_look(app):
    account = sandbox("silent")
    made = desk.approved("Perhaps out")
    (key,) = desk.scheduled(account, made=made)
    desk.work()
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() WHERE id = :id", id=key)
    desk.work()
    by_person(actions.settle_by_person, desk.record(key), "give_up")
    with pytest.raises(Invalid, match="looks first"):
        desk.scheduled(account, made=made)
    by_person(actions.replay, desk.record(key))


@pytest.mark.parametrize("verb", [account_actions.pause, account_actions.disconnect])
def test_a_paused_account_stops_a_prepared_call(app, verb):
    account = sandbox("ok")
    (key,) = desk.scheduled(account)
    delivery = begun(key)
    by_person(lambda: verb(account_queries.by_id(account)))
    with pytest.raises(CommitRefused):
        sent(delivery)


@pytest.mark.parametrize("change", ["status = 'archived'", "status = 'cancelled'", "deleted_at = app_now()"])
def test_content_that_was_put_away_is_not_published(app, change):
    item, artifact = desk.approved()
    desk.by_hand(f"UPDATE content_items SET {change} WHERE id = :id", id=item.id)
    with pytest.raises(Conflict, match="put away"):
        desk.scheduled(desk.account(), made=(item, artifact))


def test_an_answer_that_makes_no_sense_is_no_success(app):
    failed = PrepareFailed(Verdict("yes", http_status=200, matched_by="status:200")).verdict
    assert (failed.outcome, failed.final) == ("no", False)
    (key,) = desk.scheduled(sandbox("ok"))
    transaction(settle, begun(key), None, Verdict("yes", post_id="", matched_by="status:200"))
    assert desk.record(key).status != "success"


def test_a_yes_without_an_id_is_unknown(app):
    (key,) = desk.scheduled(sandbox("ok"))
    delivery = begun(key)
    transaction(settle, delivery, sent(delivery), Verdict("yes", post_id=""))
    assert desk.record(key).status == "unknown"


def test_a_late_yes_settles_what_was_given_up(app):
    (key,) = desk.scheduled(sandbox("ok"))
    delivery = begun(key)
    attempt = sent(delivery)
    desk.by_hand("UPDATE publish_records SET lease_expires_at = app_now() - interval '1 s' WHERE id = :id", id=key)
    transaction(sweep)
    by_person(actions.settle_by_person, desk.record(key), "give_up")
    transaction(settle, delivery, attempt, Verdict("yes", post_id="p9", url="https://x.example/p9"))
    assert (desk.record(key).status, desk.record(key).platform_post_id) == ("success", "p9")


def test_a_look_that_kills_its_worker_asks_at_last(app):
    (key,) = desk.scheduled(sandbox("lost"))
    desk.work()
    for _ in range(3):
        desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() WHERE id = :id", id=key)
        transaction(claim, "dies", 1)
        desk.by_hand("UPDATE publish_records SET lease_expires_at = app_now() - interval '1 s' WHERE id = :id", id=key)
        transaction(sweep)
    assert (desk.record(key).status, desk.record(key).next_retry_at) == ("unknown", None)


def test_nothing_a_platform_says_is_unwritable(app):
    (key,) = desk.scheduled(sandbox("ok"))
    delivery = begun(key)
    odd = Verdict(
        "no",
        error_type="content_rejected",
        message="cut \ud83d",
        code="a\x00b",
        response={"body": "x\x00\ud83d"},
        final=True,
    )
    from app.platforms.connector import redact_answer

    transaction(settle, delivery, sent(delivery), redact_answer(odd, delivery.account))
    assert desk.record(key).status == "failed" and db.session is not None
