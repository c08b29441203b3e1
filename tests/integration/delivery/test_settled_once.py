"""A step is run again when the database went away while it kept the first run: what a look says is written once."""

from __future__ import annotations

import pytest

from app.core.transactions import transaction
from app.delivery.actions import confirm, late, reconcile
from app.delivery.actions.claim import claim
from app.delivery.actions.prepare import prepare
from app.platforms.base import Absent, CannotTell, Doubt, Found, Verdict
from tests import publishing_desk as desk

UNKNOWN = (
    "UPDATE publish_records SET status = 'unknown', was_unknown = true, attempt_count = 1, resend_barred_at = {barred},"
    " unknown_since = now() - interval '1 hour', next_retry_at = now() - interval '1 minute' WHERE id = :k"
)
SENT = (
    "INSERT INTO publish_attempts (id, record_id, number, step, started_at)"
    " VALUES (gen_random_uuid(), :k, 1, 'commit', now() - interval '1 hour')"
)
CONFIRMING = (
    "UPDATE publish_records SET status = 'confirming', next_retry_at = now() - interval '1 minute' WHERE id = :k"
)


def begun(platform, sql):
    (key,) = desk.scheduled(desk.account(platform, configuration={"min_gap": 0}))
    if sql:
        desk.by_hand(sql, k=key)
        desk.by_hand(SENT, k=key)
    (claimed,) = [one for one in transaction(claim, "w1", 8) if one.id == key]
    return key, transaction(prepare, claimed, "w1")


def told(key):
    """Everything that a run may leave: attempts, history, the account's count, holds."""
    rows = desk.by_hand(
        "SELECT action FROM audit_log WHERE entity_id = CAST(:k AS text) AND action LIKE 'publishing.%' ORDER BY 1",
        k=key,
    )
    return (
        [(one.step, one.outcome) for one in desk.attempts(key)],
        [tuple(row) for row in rows],
        desk.record(key).status,
    )


def once(key, action, delivery, answer):
    transaction(action, delivery, answer)
    first = told(key)
    transaction(action, delivery, answer)
    assert told(key) == first
    return first


@pytest.mark.parametrize(
    ("look", "status"),
    [
        (Found("9", "https://m.test/9", "listing"), "success"),
        (Absent("list"), "retrying"),
        (Doubt("nearly"), "unknown"),
        (CannotTell("away"), "unknown"),
        (CannotTell("no way", final=True), "unknown"),
    ],
)
def test_a_look_that_is_settled_twice_is_written_once(app, look, status):
    key, delivery = begun("mastodon", UNKNOWN.format(barred="NULL"))
    attempts, history, now = once(key, reconcile.settle_lookup, delivery, look)
    assert now == status and [one for one in attempts if one[0] == "reconcile"] == attempts[1:] and len(attempts) == 2


def test_a_look_of_a_cancelled_record_that_is_settled_twice_is_written_once(app):
    key, delivery = begun("mastodon", UNKNOWN.format(barred="now()"))
    assert once(key, reconcile.settle_lookup, delivery, Absent("list"))[2] == "cancelled"


def test_a_first_look_in_doubt_that_is_settled_twice_asks_once(app):
    key, delivery = begun("mastodon", "")
    attempts, history, now = once(key, reconcile.settle_doubt_before_resend, delivery, Doubt("nearly"))
    assert (now, attempts) == ("unknown", [("reconcile", "unknown")])
    assert [row[0] for row in history].count("publishing.asks") == 1


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (Verdict("yes", post_id="9"), "success"),
        (Verdict("no", error_type="content_rejected", final=True, message="no"), "failed"),
        (Verdict("unknown", error_type="unknown"), "unknown"),
        (Verdict("accepted"), "confirming"),
        (Verdict("no", error_type="auth_failed", account="down", message="out"), "confirming"),
    ],
)
def test_a_confirmation_that_is_settled_twice_is_written_once(app, verdict, status):
    key, delivery = begun("sandbox", CONFIRMING)
    attempts, history, now = once(key, confirm.settle_confirm, delivery, verdict)
    assert now == status and [one[0] for one in attempts].count("confirm") == 1


def test_a_late_no_that_is_settled_twice_is_written_once(app):
    key, delivery = begun("mastodon", UNKNOWN.format(barred="NULL"))
    verdict = Verdict("no", error_type="platform_error", message="500")
    assert once(key, late.settle_late_no, delivery, verdict)[2] == "retrying"


@pytest.mark.parametrize("look", [Absent("list"), Doubt("nearly"), CannotTell("away")])
def test_whoever_lost_the_record_meanwhile_writes_nothing(app, look):
    key, delivery = begun("mastodon", UNKNOWN.format(barred="NULL"))
    desk.by_hand("UPDATE publish_records SET claim_token = gen_random_uuid() WHERE id = :k", k=key)
    before = told(key)
    transaction(reconcile.settle_lookup, delivery, look)
    assert told(key) == before


def test_whoever_lost_the_record_and_found_the_post_leaves_the_proof_once_and_nothing_else(app):
    key, delivery = begun("mastodon", UNKNOWN.format(barred="NULL"))
    desk.by_hand("UPDATE publish_records SET claim_token = gen_random_uuid() WHERE id = :k", k=key)
    before = told(key)
    after = once(key, reconcile.settle_lookup, delivery, Found("9", "https://m.test/9", "listing"))
    assert (after[0][len(before[0]) :], after[1:]) == ([("reconcile", "yes")], before[1:])
    assert desk.record(key).platform_post_id is None
