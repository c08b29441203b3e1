"""Why is this not going out?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.publishing.models import REASONS, RECORD, PublishHold
from app.publishing.pages.blockers import Facts, Held, blockers

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=4)


def facts(**more):
    return Facts(**{"status": "pending", "now": NOW, "due_at": NOW, "worker_seen_at": NOW, **more})


def keys(**more):
    return [reason.key for reason in blockers(facts(**more))]


@pytest.mark.parametrize("status", RECORD.states)
def test_every_status_has_an_answer(status):
    (first, *_) = blockers(facts(status=status))
    assert first.key and first.text


@pytest.mark.parametrize("reason", REASONS)
def test_every_hold_is_named_with_its_sentence(reason):
    (first, *_) = blockers(facts(holds=(Held("record", reason, NOW),)))
    assert first.key == "held" and first.text.startswith(REASONS[reason].blocker)
    assert REASONS[reason].word and PublishHold(reason=reason).word == REASONS[reason].word


def test_what_a_person_must_change_comes_before_what_time_mends():
    held = Held("account", "account_down", NOW)
    assert keys(approved=False, holds=(held,), account_status="invalid", due_at=SOON) == ["review", "held", "due"]


def test_times_are_named():
    assert blockers(facts(due_at=SOON))[0].at == SOON
    assert blockers(facts(breaker_until=SOON))[0].at == SOON
    assert blockers(facts(status="retrying", next_retry_at=SOON))[0].text == "The next try is"
    assert keys(limit_until=SOON, next_retry_at=SOON) == ["limit"]


def test_a_paused_account_is_said_once():
    assert keys(account_paused=True) == ["account"]
    assert keys(account_paused=True, holds=(Held("account", "account_paused", NOW),)) == ["held"]


def test_silent_workers_are_the_reason_when_nothing_else_is():
    assert keys(worker_seen_at=None) == ["worker"]
    assert keys(worker_seen_at=NOW - timedelta(minutes=4)) == ["worker"]
    assert keys() == ["next"]


def test_unknown_is_looked_for_or_asked():
    assert keys(status="unknown", next_retry_at=SOON) == ["checking"]
    assert keys(status="unknown") == ["ask"]
    assert "not sent again" in blockers(facts(status="unknown", barred=True))[0].text
