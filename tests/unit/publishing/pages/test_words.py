"""What the record page says: notices, the story of attempts, badges. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Row

import pytest

from app.platforms.blame import WORDS
from app.publishing.models import ERROR_TYPES, RECORD
from app.publishing.pages import badges, timeline
from app.publishing.pages.record_banner import ACTIONS, BannerFacts, banner

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def case(key, error=None, **more):
    return BannerFacts(
        key=key,
        platform="Mastodon",
        account="@aquascene",
        error_type=error,
        message="Nope.",
        tries=3,
        next_at=NOW,
        **more,
    )


@pytest.mark.parametrize("error", [*ERROR_TYPES, None])
@pytest.mark.parametrize("usable", [True, False])
def test_no_failure_ends_without_a_next_step_and_none_shows_a_code(error, usable):
    found = banner(case("failed", error, account_usable=usable, others=2))
    assert found and found.buttons and set(found.buttons) <= set(ACTIONS)
    assert not re.search(r"_|\d{3}|Oops|!", found.title) and found.text.endswith(".")
    assert "2 other records" in found.text or error in ("content_rejected", "invalid_parameters")


@pytest.mark.parametrize("blame", WORDS)
@pytest.mark.parametrize("usable", [True, False])
def test_what_no_other_text_mends_is_never_blamed_on_the_text_and_a_takedown_not_on_the_sign_in(blame, usable):
    """(D13)"""
    error = "invalid_parameters" if blame == "address" else "auth_failed"
    found = banner(case("failed", error, account_usable=usable, blame=blame))
    assert found and set(found.buttons) <= set(ACTIONS) and "edit" not in found.buttons
    assert ("replay" in found.buttons) == usable and "The account works again" not in found.text
    if blame in ("suspended", "inactive"):
        assert "signs in again" not in found.text and "reconnect" not in found.buttons
    if blame == "right":
        assert "lacks a right" in found.title


@pytest.mark.parametrize("key", [*RECORD.states, "held", "needs_look", "due", "scheduled"])
def test_every_state_has_a_notice_or_needs_none(key):
    found = banner(case(key, held_because="A person held it"))
    assert (found is None) == (key in ("pending", "publishing", "success", "cancelled", "due", "scheduled"))
    assert found is None or found.tone in ("idle", "wait", "run", "bad", "plan", "ok")


def test_what_was_ever_unclear_says_that_we_look_first():
    assert "we look first" in banner(case("failed", "network_timeout", was_unknown=True)).text
    assert "we look first" in banner(case("failed", given_up=True)).text
    assert banner(case("success", barred=True)).buttons == ("open",)


@pytest.mark.parametrize(("status", "due", "retry", "held", "key"), [
    ("pending", 1, None, False, "scheduled"), ("pending", -1, None, False, "due"), ("pending", 1, None, True, "held"),
    ("retrying", -1, 1, True, "held"), ("unknown", -1, None, False, "needs_look"), ("unknown", -1, 1, False, "unknown"),
    ("unknown", -1, None, True, "needs_look"), ("success", -1, None, True, "success"), ("failed", -1, None, True, "failed"),
])  # fmt: skip
def test_the_badge_says_what_the_reader_has_to_know_first(status, due, retry, held, key):
    later = NOW + timedelta(hours=retry) if retry else None
    assert badges.badge_key(status, NOW + timedelta(hours=due), later, NOW, held) == key


def test_a_hold_covers_by_every_scope():
    row = Row(id="r", job_id="j", credential_id="c", platform="site", campaign_id=None)
    for hold in (("all", ""), ("record", "r"), ("job", "j"), ("account", "c"), ("platform", "site")):
        assert badges.is_held({hold}, row), hold
    assert not badges.is_held({("record", "other"), ("campaign", "k")}, row) and not badges.is_held(set(), row)


def attempt(at, outcome="no", step="commit", **more):
    blank = dict.fromkeys(("finished_at", "error_type", "http_status", "message", "request", "response", "duration_ms"))
    return Row(
        **{**blank, "number": 1, "started_at": NOW + timedelta(seconds=at), "outcome": outcome, "step": step, **more}
    )


def test_waits_stand_between_tries_and_not_after_what_people_did():
    tries = [
        attempt(100, error_type="auth_failed", http_status=401),
        attempt(0, error_type="network_timeout", message="No answer"),
    ]
    person = timeline.Event("people", "Replayed", NOW + timedelta(seconds=50))
    assert [e.kind for e in timeline.timeline(tries, "X", [])] == ["try", "wait", "try"]
    assert [e.kind for e in timeline.timeline(tries, "X", [person])] == ["try", "people", "try"]


@pytest.mark.parametrize(("row", "title"), [
    (attempt(0, "yes"), "published"), (attempt(0, None), "no answer yet"), (attempt(0, "unknown", http_status=500), "no clear answer"),
    (attempt(0, "yes", "reconcile"), "it is there"), (attempt(0, "no", "reconcile"), "it is not there"),
    (attempt(0, None, "reconcile"), "could not tell"), (attempt(0, None, "confirm"), "Still being processed"), (attempt(0, "yes", "confirm"), "It is live"),
    (attempt(0, "no", error_type="rate_limit", http_status=429), "rate limit"), (attempt(0, "no", http_status=799), "not known"),
])  # fmt: skip
def test_each_attempt_is_told_in_words(row, title):
    assert title in timeline.timeline([row], "X", [])[0].title


def test_copies_read_like_http_and_anything_else_like_json():
    copy = {
        "method": "POST",
        "url": "https://x.example/a",
        "headers": {"authorization": "[redacted]"},
        "body": '{"a":"é"}',
    }
    assert timeline.copy_of(copy) == 'POST https://x.example/a\nauthorization: [redacted]\n\n{\n  "a": "é"\n}'
    assert timeline.copy_of({"status": 503, "headers": {}, "body": "<html>"}) == "HTTP 503\n\n<html>"
    assert timeline.copy_of({"error": "reset", "detail": "gone"}) == '{\n  "error": "reset",\n  "detail": "gone"\n}'
    assert timeline.copy_of(None) == "" and timeline.copy_of({}) == ""


def test_retry_after_is_found_in_any_case():
    tries = [
        attempt(1000),
        attempt(0, error_type="rate_limit", response={"status": 429, "headers": {"RETRY-AFTER": "900"}}),
    ]
    assert "as the platform asked (Retry-After: 900)" in timeline.timeline(tries, "X", [])[1].title


def test_our_own_words_are_no_quotation_and_theirs_are():
    """(J19)"""
    theirs = banner(case("failed", "content_rejected"))
    ours = banner(replace(case("failed", "content_rejected"), own_words=True))
    assert theirs and "It said: “Nope”." in theirs.text
    assert ours and " Nope. " in ours.text and "It said" not in ours.text


@pytest.mark.parametrize(
    ("status", "response", "quoted"),
    [
        (422, {"body": "x"}, True),
        (422, {"status": 422, "body": "x", "own_words": True}, False),
        (None, None, False),
        (410, None, True),
    ],
)
def test_an_attempt_quotes_what_the_platform_answered_alone(status, response, quoted):
    """(J19)"""
    row = Row(
        step="commit", outcome="no", number=1, started_at=NOW, finished_at=NOW, error_type="content_rejected", message="Words",
        http_status=status, duration_ms=5, request=None, response=response,
    )  # fmt: skip
    (event,) = timeline.timeline([row], "Mastodon", [])
    assert ("It said: “Words”." in event.text) == quoted and "Words" in event.text
    assert "own_words" not in event.response
