"""Who is claimed, in which order, and who is passed over."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery.actions.claim import _WAITING, _bounds, claim, due_work, lookup_share, renew
from app.lib import clock
from app.publishing import actions
from tests import publishing_desk as desk
from tests.factories import serial


def take(wanted=8, me="w1"):
    return [c.id for c in transaction(claim, me, wanted)]


def due(key, seconds=0):
    desk.by_hand(
        "UPDATE publish_records SET due_at = app_now() + make_interval(secs => :s) WHERE id = :id", s=seconds, id=key
    )


def test_only_what_is_due_and_only_as_many_as_wanted(app):
    keys = [desk.scheduled(desk.account())[0] for _ in range(3)]
    (later,) = desk.scheduled(desk.account(), at=clock.now() + timedelta(hours=1))
    first = take(2)
    assert len(first) == 2 and later not in first
    assert set(first + take()) == set(keys)
    assert take() == []


def test_priority_first_then_due_time(app):
    slow, urgent, early = (desk.scheduled(desk.account(), priority=p)[0] for p in (0, 2, 0))
    due(early, -60)
    assert [take(1) for _ in range(3)] == [[urgent], [early], [slow]]


def test_two_per_account_and_four_per_host_over_all_workers(app):
    one = desk.account("webhook", configuration={"url": "http://127.0.0.1:9/hook/a"})
    for _ in range(3):
        desk.scheduled(one)
    others = [desk.account("webhook", configuration={"url": "http://127.0.0.1:9/hook/b"}) for _ in range(3)]
    for other in others:
        desk.scheduled(other)
    assert len(take(8, "w1")) == 4
    assert take(8, "w2") == []
    desk.by_hand(
        "UPDATE publish_records SET lease_owner = NULL, status = 'cancelled' WHERE id = "
        "(SELECT id FROM publish_records WHERE lease_owner IS NOT NULL LIMIT 1)"
    )
    assert len(take(8, "w2")) == 1


def test_a_full_account_starves_nobody(app):
    full = desk.account()
    for _ in range(70):
        due(desk.scheduled(full)[0], -600)
    (other,) = desk.scheduled(desk.account("sandbox"))
    taken = take(8)
    assert len(taken) == 3 and other in taken
    assert take(8) == []


def test_a_host_that_timed_out_gets_one_call_at_a_time(app):
    for _ in range(3):
        desk.scheduled(desk.account("sandbox"))
    desk.by_hand(
        "INSERT INTO rate_windows (scope, key, remaining, resets_at) "
        "SELECT 'slow_host', host, 1, app_now() + interval '10 minutes' FROM publish_records LIMIT 1"
    )
    assert len(take()) == 1 and take() == []


def test_an_account_with_a_gap_is_served_one_at_a_time(app):
    spaced = desk.account(configuration={"min_gap": 10})
    desk.scheduled(spaced)
    desk.scheduled(spaced)
    assert len(take()) == 1 and take() == []


def test_a_spent_rate_window_is_waited_for(app):
    account = desk.account()
    (key,) = desk.scheduled(account)
    desk.by_hand(
        "INSERT INTO rate_windows (scope, key, remaining, resets_at) VALUES "
        "('account', :key, 0, app_now() + interval '10 minutes')",
        key=f"{account}|posts",
    )
    assert take() == []
    desk.by_hand("UPDATE rate_windows SET resets_at = app_now()")
    assert take() == [key]


def test_a_spent_rate_window_of_a_host_is_waited_for_by_all_its_accounts_and_by_no_other(app):
    keys = [desk.scheduled(desk.account("mastodon", account_name=f"h{next(serial)}"))[0] for _ in range(2)]
    (other,) = desk.scheduled(desk.account("sandbox"))
    desk.by_hand("UPDATE publish_records SET host = 'spent.example' WHERE id = ANY(:k)", k=keys)
    desk.by_hand(
        "INSERT INTO rate_windows (scope, key, remaining, resets_at) VALUES "
        "('host', 'spent.example|posts', 0, app_now() + interval '10 minutes')"
    )
    assert take() == [other]
    desk.by_hand("UPDATE rate_windows SET resets_at = app_now()")
    assert set(take()) == set(keys)


@pytest.mark.parametrize("scope", ["record", "job", "account", "campaign", "platform", "all"])
def test_a_hold_of_any_scope_stops_the_claim_and_its_release_lets_go(app, scope):
    account = desk.account()
    (key,) = desk.scheduled(account)
    (free,) = desk.scheduled(desk.account("sandbox"))
    job, campaign = desk.record(key).job_id, uuid.uuid4()
    desk.by_hand("UPDATE publish_jobs SET campaign_id = :campaign WHERE id = :id", campaign=campaign, id=job)
    things = {"record": key, "job": job, "account": account, "campaign": campaign, "platform": "site", "all": ""}
    thing = things[scope]
    transaction(actions.hold, scope, thing, "human", "Wait.")
    assert take() == ([] if scope == "all" else [free])
    assert transaction(actions.release, scope, thing, "human")
    assert key in take()


@pytest.mark.parametrize(
    "change", ["paused_at = now()", "status = 'invalid'", "breaker_open_until = app_now() + interval '1 min'"]
)
def test_an_account_that_cannot_be_used_is_passed_over(app, change):
    desk.scheduled(desk.account())
    desk.by_hand(f"UPDATE platform_credentials SET {change}")
    assert take() == [] and transaction(due_work)[0] == 0


def test_after_the_breaker_one_record_tries_the_account(app):
    account = desk.account()
    desk.scheduled(account)
    desk.scheduled(account)
    desk.by_hand(
        "UPDATE platform_credentials SET failure_streak = 5, breaker_open_until = app_now() - interval '1 second'"
    )
    assert len(take()) == 1 and take() == []


def test_waiting_says_how_much_and_when_the_next_is_due(app):
    assert transaction(due_work) == (0, None)
    desk.scheduled(desk.account(), at=clock.now() + timedelta(seconds=30))
    count, seconds = transaction(due_work)
    assert count == 0 and 28 < seconds < 31
    desk.scheduled(desk.account())
    assert transaction(due_work)[0] == 1


def test_leases_are_renewed_but_not_of_a_call_under_way(app):
    (key,) = desk.scheduled(desk.account())
    (mine,) = transaction(claim, "w1", 8)
    assert transaction(renew, [mine]) == 1 and transaction(renew, [mine._replace(token=uuid7())]) == 0
    assert transaction(renew, []) == 0, "a delivery that crashed is in nobody's hands: its lease runs out"
    desk.by_hand("UPDATE publish_records SET step = 'commit' WHERE id = :id", id=key)
    assert transaction(renew, [mine]) == 0


def test_looks_at_one_host_leave_threads_for_others(app):
    keys = [desk.scheduled(desk.account("mastodon", account_name=f"a{n}"))[0] for n in range(8)]
    desk.by_hand("UPDATE publish_records SET status = 'unknown', next_retry_at = app_now(), host = 'dead.example'")
    assert len(take(8)) == 4 and len(take(8, "w2")) == 0 and len(keys) == 8


def backlog(count):
    """One account with so many due records; returns it."""
    account = desk.account()
    (key,) = desk.scheduled(account)
    columns = desk.by_hand("SELECT column_name FROM information_schema.columns WHERE table_name = 'publish_records'")
    due = "r.due_at - make_interval(secs => n * 7919 % 3600)"  # in another order than they lie in the table
    other = {"id": "gen_random_uuid()", "account_name": "'copy ' || n", "due_at": due}
    names = ", ".join(row[0] for row in columns)
    values = ", ".join(other.get(row[0], f"r.{row[0]}") for row in columns)
    desk.by_hand(
        f"INSERT INTO publish_records ({names}) SELECT {values} FROM publish_records r, generate_series(1, {count}) n WHERE r.id = :id",
        id=key,
    )
    desk.by_hand("ANALYZE publish_records")
    return account


def pages_read():
    """Pages of tables and indexes that one look of the dispatcher reads."""
    statement = sa.text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {_WAITING.text}")
    (plan,) = transaction(lambda: db.session.scalar(statement, {"beyond_caps": True, **_bounds()}))
    return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]


@pytest.mark.parametrize("scope", ["", "account", "platform", "all"])
def test_the_cost_of_a_look_follows_what_can_go_and_not_what_waits_or_is_held(app, scope):
    account = backlog(3000)
    if scope:
        transaction(actions.hold, scope, {"account": account, "platform": "site", "all": ""}[scope], "human", "Wait.")
    assert transaction(due_work)[0] == (0 if scope else 16)
    assert pages_read() < 300


def unclear(count):
    """Records of as many accounts on hosts of their own, whose look is due."""
    keys = apart(count)
    desk.by_hand("UPDATE publish_records SET status = 'unknown', next_retry_at = app_now() WHERE id = ANY(:k)", k=keys)
    return set(keys)


def apart(count):
    """Due records of as many accounts on hosts of their own."""
    keys = [desk.scheduled(desk.account("mastodon", account_name=f"u{next(serial)}"))[0] for _ in range(count)]
    desk.by_hand(
        "UPDATE publish_records SET host = 'h' || id, due_at = due_at - interval '1 hour' WHERE id = ANY(:k)", k=keys
    )
    return keys


@pytest.mark.parametrize("wanted", [1, 2, 4, 8])
def test_looks_have_a_quarter_of_the_threads_and_at_least_one_behind_any_backlog_and_posts_the_rest(app, wanted):
    """(D16)"""
    posts, looks = set(apart(8)), unclear(3)
    taken = set(take(wanted))
    assert len(taken) == wanted and len(taken & looks) == lookup_share(wanted) == max(1, wanted // 4)
    assert len(taken & posts) == wanted - lookup_share(wanted)


def test_a_pool_whose_looks_are_in_hand_claims_posts_even_for_its_last_thread(app):
    """(D16) The share is one of all threads: else each single free thread would go to a look, and posts would starve."""
    posts = {desk.scheduled(desk.account())[0] for _ in range(2)}
    looks = unclear(2)
    assert {c.id for c in transaction(claim, "w1", 1, 0)} <= posts
    assert {c.id for c in transaction(claim, "w1", 1, 1)} <= looks


def test_what_looks_leave_is_for_posts_and_what_posts_leave_is_for_looks(app):
    posts = {desk.scheduled(desk.account())[0] for _ in range(3)}
    assert set(take(3)) == posts
    looks = unclear(3)
    assert set(take(3, "w2")) == looks


def test_looks_of_an_account_do_not_keep_its_posts_waiting(app):
    """(D16) All that is unclear and all that is due may be of one account."""
    account = desk.account("webhook", configuration={"url": "http://127.0.0.1:9/hook/one"})
    keys = [desk.scheduled(account)[0] for _ in range(4)]
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', next_retry_at = app_now() WHERE id = ANY(:k)", k=keys[:2]
    )
    assert set(take(2, "w1")) & set(keys[:2])
    assert set(take(8, "w2")) & set(keys[2:])


def test_looks_at_a_host_that_posts_keep_full_have_a_quarter_of_its_calls(app):
    """(D16) A desk with one server: its cap is reached before the threads are."""
    keys = [desk.scheduled(desk.account("mastodon", account_name=f"o{next(serial)}"))[0] for _ in range(12)]
    desk.by_hand("UPDATE publish_records SET host = 'only.example' WHERE id = ANY(:k)", k=keys)
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', next_retry_at = app_now() WHERE id = ANY(:k)", k=keys[:6]
    )
    taken = set(take(8))
    assert len(taken & set(keys[:6])) == 1 and len(taken & set(keys[6:])) == 3
