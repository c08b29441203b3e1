"""Back-off and what follows a verdict."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.delivery.retry import Next, decide, delay
from app.platforms.results import Verdict


@pytest.mark.parametrize(("retries", "seconds"), [(0, 30), (1, 60), (2, 120), (5, 960), (6, 1800), (60, 1800)])
def test_the_wait_doubles_up_to_half_an_hour(retries, seconds):
    assert delay(retries, "platform_error", None, 0) == timedelta(seconds=seconds)


def test_jitter_is_a_fifth_either_way():
    assert delay(0, None, None, 1) == timedelta(seconds=36)
    assert delay(0, None, None, -1) == timedelta(seconds=24)


def test_rate_limits_wait_twice_as_long_and_the_platforms_wish_wins():
    assert delay(0, "rate_limit", None, 0) == timedelta(seconds=60)
    assert delay(9, "rate_limit", None, 0) == timedelta(minutes=30)
    assert delay(0, "rate_limit", timedelta(seconds=900), 1) == timedelta(seconds=900)
    assert delay(0, "rate_limit", timedelta(days=40), 0) == timedelta(hours=24)


def follow(verdict, retries=0, most=3, waits=0):
    return decide(verdict, retries=retries, max_retries=most, waits=waits, jitter=0)


def test_a_definite_no_is_tried_again_until_the_tries_are_used_up():
    no = Verdict("no", error_type="network_timeout")
    assert follow(no) == Next("retrying", timedelta(seconds=30), uses_retry=True)
    assert follow(no, retries=2).wait == timedelta(seconds=120)
    assert follow(no, retries=3) == Next("failed", dead="retries_used_up")


@pytest.mark.parametrize("kind", ["auth_failed", "content_rejected", "invalid_parameters"])
def test_some_classes_are_never_retried(kind):
    assert follow(Verdict("no", error_type=kind)) == Next("failed", dead=kind)


def test_a_sign_in_that_may_be_replaced_is_worth_another_try():
    refused = Verdict("no", error_type="auth_failed", final=True)
    more = {"max_retries": 3, "waits": 0, "jitter": 0, "sign_in_again": True}
    assert decide(refused, retries=0, **more) == Next("retrying", timedelta(seconds=30), uses_retry=True)
    assert decide(refused, retries=3, **more) == Next("failed", dead="retries_used_up")


def test_a_rate_limit_uses_no_retry_and_never_fails():
    limited = Verdict("no", error_type="rate_limit")
    assert follow(limited, retries=3, waits=2) == Next("retrying", timedelta(seconds=240))
    assert follow(Verdict("no", error_type="rate_limit", retry_after=timedelta(seconds=7))).wait == timedelta(seconds=7)


def test_yes_accepted_and_unknown():
    assert follow(Verdict("yes", post_id="1")) == Next("success")
    assert follow(Verdict("accepted", retry_after=timedelta(seconds=3))) == Next("confirming", timedelta(seconds=3))
    assert follow(Verdict("unknown", error_type="unknown"), retries=3) == Next("unknown")


def test_a_wish_to_come_back_at_once_does_not_turn_in_circles():
    assert delay(0, "rate_limit", timedelta(0), 0) == timedelta(seconds=5)
