"""The database's clock jumps: nothing is swept, sent again or sent early by it, and the desk says so (D4).

The clock is moved as a real one is: for the whole database, seen at once by every new transaction.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core import clock_state, clock_watch, heartbeats, locks, periodic
from app.core.db import db
from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery import sweeper
from app.delivery.actions.claim import Claimed, claim, count_workers, renew
from app.delivery.actions.clock_jump import record_jump
from app.delivery.actions.commit import commit_one
from app.delivery.actions.prepare import prepare
from app.delivery.actions.reconcile import attempt_age
from app.delivery.actions.sweep import sweep
from app.delivery.drain import drain
from app.lib.errors import Conflict
from app.outbound.exchange import Sending
from app.publishing import actions
from app.publishing.queries.other_posts import other_posts
from tests import publishing_desk as desk

SENDING = Sending("POST", "https://x.example", "f" * 64, {}, "")
BOTH = pytest.mark.parametrize("minutes", [20, -20, 180, -180])


class Clocks:
    """The database's clock, and the monotonic one of this process."""

    def __init__(self) -> None:
        self.database, self.ran = 0.0, 0.0

    def jumps(self, minutes: float) -> None:
        self.move(minutes * 60)

    def passes(self, seconds: float, every: float = 5.0) -> None:
        """Both run on, and the clock process reads."""
        for _ in range(int(seconds // every)):
            self.ran += every
            self.move(every)
            transaction(clock_state.record_reading)

    def move(self, seconds: float) -> None:
        self.database += seconds
        set_offset(f"SET app.clock_offset = '{self.database} seconds'")

    def sweeps(self) -> dict[str, int]:
        return transaction(sweeper.sweep_when_sure)


def set_offset(how: str) -> None:
    name = transaction(lambda: db.session.scalar(sa.select(sa.func.current_database())))
    desk.by_hand(f'ALTER DATABASE "{name}" {how}')
    db.session.remove()
    db.engine.dispose()


@pytest.fixture
def clocks(app, monkeypatch):
    made, real = Clocks(), clock_state.steady
    monkeypatch.setattr(clock_state, "steady", lambda: real() + made.ran)
    transaction(clock_state.record_reading)
    made.passes(65)
    yield made
    set_offset("RESET app.clock_offset")


def prepared(me="w1", **more):
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "silent"}), **more)
    (claimed,) = transaction(claim, me, 1)
    return key, transaction(prepare, claimed, me)


def sent(me="w1"):
    """A record whose call is under way."""
    key, delivery = prepared(me)
    transaction(commit_one, delivery, uuid7(), SENDING)
    return key, delivery


@BOTH
def test_what_is_being_sent_when_the_clock_jumps_is_swept_after_a_lease_and_not_before(clocks, minutes):
    """(D4)"""
    key, _ = sent()
    clocks.jumps(minutes)
    assert clocks.sweeps() == {}
    clocks.passes(50)
    assert clocks.sweeps() == {} and desk.record(key).status == "publishing"
    clocks.passes(15)
    assert clocks.sweeps()["commit"] == 1 and desk.record(key).status == "unknown"


@BOTH
def test_what_is_in_doubt_is_as_old_as_the_jump_and_not_older(clocks, minutes):
    """The look that comes due by the jump itself is no proof: its own reading finds the jump. (D4)"""
    _, delivery = sent()
    delivery.began = desk.attempts(delivery.id)[0].started_at
    clocks.jumps(minutes)
    moment, began = transaction(attempt_age, delivery)
    assert moment - began < timedelta(seconds=5)
    clocks.passes(600)
    moment, began = transaction(attempt_age, delivery)
    assert timedelta(seconds=590) < moment - began < timedelta(seconds=620)


def test_a_retried_decision_knows_of_the_jump_that_its_first_try_found(clocks):
    """The transaction that found it was rolled back; the next one writes it again. (D4)"""
    _, delivery = sent()
    clocks.jumps(20)

    def fails():
        attempt_age(delivery)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transaction(fails)
    moment, began = transaction(attempt_age, delivery)
    assert moment - began < timedelta(seconds=5)


def test_another_process_knows_of_the_jump(clocks):
    """Found by a worker that died since; a new one reads it from the table. (D4)"""
    _, delivery = sent()
    clocks.jumps(20)
    transaction(clock_state.now)
    clock_state.forget()
    moment, began = transaction(attempt_age, delivery)
    assert moment - began < timedelta(seconds=5)


def test_what_the_clock_jumped_over_waits_a_lease_and_what_is_due_goes_on(clocks):
    """A post for in 20 minutes would go out now, and cannot be taken back. (D4)"""
    soon = transaction(clock_state.now) + timedelta(minutes=10)
    account = desk.account("sandbox")
    (early,) = desk.scheduled(account, at=soon)
    clocks.jumps(20)
    assert drain() == 0
    (fresh,) = desk.scheduled(account)
    drain()
    assert desk.record(fresh).status == "success" and desk.record(early).status == "pending"
    from app.publishing.pages.blockers import blockers
    from app.publishing.queries import record

    assert [
        reason.key for reason in transaction(lambda: blockers(record.blocker_facts(record.record_page(early))))
    ] == ["clock"]
    clocks.passes(65)
    drain()
    assert desk.record(early).status == "success"


@BOTH
def test_the_claim_that_finds_the_jump_takes_nothing_and_the_next_one_what_was_due_before(clocks, minutes):
    """(D4) Its own "now" is the one in doubt."""
    keys = {desk.scheduled(desk.account("sandbox"))[0] for _ in range(2)}
    desk.by_hand("UPDATE publish_records SET due_at = due_at - interval '1 day', next_retry_at = NULL")
    clocks.jumps(minutes)
    assert transaction(claim, "w1", 8) == []
    assert {one.id for one in transaction(claim, "w1", 8)} == keys


def test_a_clock_that_comes_back_before_the_lease_is_over_sends_nothing_early(clocks):
    """(D4)"""
    (early,) = desk.scheduled(desk.account("sandbox"), at=transaction(clock_state.now) + timedelta(minutes=10))
    clocks.jumps(20)
    drain()
    clocks.passes(30)
    clocks.jumps(-20)
    drain()
    clocks.passes(90)
    drain()
    assert desk.record(early).status == "pending"


@BOTH
def test_an_owner_renews_the_lease_that_the_clock_jumped_over_and_commits(clocks, minutes):
    """(D4)"""
    key, delivery = prepared()
    clocks.jumps(minutes)
    assert transaction(renew, [Claimed(key, delivery.token, "prepare")]) == 1
    transaction(commit_one, delivery, uuid7(), SENDING)
    assert desk.record(key).step == "commit"


def test_a_record_whose_lease_was_jumped_over_before_it_began_goes_back_at_once(clocks):
    """No crash is counted, nobody waits for the sweeper. (D4)"""
    from app.delivery import deliver

    (key,) = desk.scheduled(desk.account("sandbox"))
    (claimed,) = transaction(claim, "w1", 1)
    clocks.jumps(20)
    deliver.deliver(claimed, "w1")
    row = desk.record(key)
    assert (row.status, row.crash_count, row.lease_owner) == ("pending", 0, None)


@pytest.mark.parametrize("minutes", [-20, -180])
def test_a_clock_that_went_back_makes_no_look_no_retry_and_no_lock_wait_for_it(clocks, minutes):
    """(D4)"""
    _, delivery = sent()
    clocks.passes(65)
    clocks.sweeps()
    desk.by_hand("UPDATE publish_records SET next_retry_at = app_now() + interval '3 minutes'")
    assert transaction(locks.lease, "some-loop", "the dead", 30)
    clocks.jumps(minutes)
    assert transaction(locks.lease, "some-loop", "the living", 30)
    transaction(clock_state.record_reading)
    assert transaction(record_jump)
    wait = desk.by_hand("SELECT extract(epoch FROM next_retry_at - app_now()) FROM publish_records")[0][0]
    assert 170 < wait < 185


def test_a_lock_of_the_living_is_not_taken_from_them(clocks):
    assert transaction(locks.lease, "some-loop", "one", 30)
    assert not transaction(locks.lease, "some-loop", "two", 30)


@BOTH
def test_a_worker_that_is_dead_is_not_counted_as_at_work_whatever_the_clock_says(clocks, minutes):
    """(D4)"""
    desk.by_hand("INSERT INTO worker_heartbeats (name, kind, host, pid) VALUES ('dead', 'publish', 'x', 1)")
    clocks.jumps(minutes)
    assert transaction(count_workers)[0] == 0
    transaction(heartbeats.report, "publish")
    assert transaction(count_workers)[0] == 1


def test_it_is_said_once_in_the_log_the_audit_and_on_home(clocks, as_user, caplog):
    """Noticed by several processes, told by one. (D4)"""
    browser = as_user("admin")
    assert "clock jumped" not in browser.get("/").get_data(as_text=True)
    clocks.jumps(20)
    transaction(clock_state.now)
    clock_state.forget()
    transaction(clock_state.record_reading)
    assert [transaction(record_jump) for _ in range(3)] == [True, False, False]
    assert "clock jumped forward by 20 min" in caplog.text
    rows = desk.by_hand("SELECT output_summary FROM audit_log WHERE action = 'publishing.clock_jumped'")
    assert [row[0] for row in rows] == ["The database's clock jumped forward by 20 min."]
    page = browser.get("/").get_data(as_text=True)
    assert "clock jumped forward by 20 min" in page and "no post is tried a second time" in page
    assert "No publishing worker has reported" not in page
    clocks.passes(65)
    assert "The time of caution is over" in browser.get("/").get_data(as_text=True)


def test_periodic_jobs_wait_while_a_jump_is_watched_out(clocks):
    """Nothing expires or is forgotten by a clock that has just jumped. (D4)"""
    clocks.jumps(180)
    assert not transaction(periodic._begin, "staff.forget_old", "me")
    clocks.passes(65)
    assert transaction(periodic._begin, "staff.forget_old", "me")


def test_a_sweeper_that_is_started_again_need_not_wait_anew_but_one_on_another_machine_does(clocks):
    """The monotonic clock belongs to a boot; its last reading is handed on within it."""
    clock_state.forget()
    assert transaction(clock_state.proven_now) is not None
    desk.by_hand("UPDATE clock_state SET boot = 'another machine'")
    clock_state.forget()
    assert transaction(clock_state.proven_now) is None
    transaction(clock_state.record_reading)
    assert transaction(clock_state.state).jumped_at is not None and transaction(clock_state.state).jumped_from is None


@BOTH
def test_a_jump_that_another_process_saw_is_watched_out_here_too(clocks, minutes):
    """(D4) This one was calm all the time, as one that has begun since."""
    assert transaction(clock_state.proven_now) is not None
    jump = "UPDATE clock_state SET jumped_from = app_now() - :by, jumped_at = app_now(), moved_by = :s"
    desk.by_hand(jump, by=timedelta(minutes=minutes), s=minutes * 60)
    assert transaction(clock_state.proven_now) is None and clocks.sweeps() == {}
    clocks.passes(65)
    assert transaction(clock_state.proven_now) is not None


@BOTH
def test_a_person_may_not_send_again_by_a_clock_that_jumped(clocks, minutes):
    """(D4) Until the platform has had its time by a clock that somebody watched, a double has to be accepted in writing."""
    (key,) = desk.scheduled(desk.account("mastodon"))
    (claimed,) = transaction(claim, "w1", 1)
    transaction(commit_one, transaction(prepare, claimed, "w1"), uuid7(), SENDING)
    desk.by_hand("UPDATE publish_records SET status = 'unknown', unknown_since = app_now(), lease_owner = NULL")
    clocks.jumps(minutes)
    with pytest.raises(Conflict, match="may still store the first post"):
        desk.person(actions.settle_by_person, key, "send_again")
    clocks.passes(16 * 60, every=20)
    desk.person(actions.settle_by_person, key, "send_again")
    assert desk.record(key).status == "retrying"


def test_a_first_sweeper_waits_a_lease(app):
    """It has seen nothing yet."""
    assert transaction(clock_state.proven_now) is None and clock_watch.REFRAIN == 60


def test_a_desk_that_stood_still_while_the_machine_slept_tells_no_tale_but_believes_no_age(clocks):
    """Stopped in the evening, started in the morning on a laptop: nothing was under way, so nobody is alarmed."""
    _, delivery = sent()
    clocks.ran += 40
    clocks.jumps(480)
    clock_state.forget()
    moment, began = transaction(attempt_age, delivery)
    assert moment - began < timedelta(seconds=5)
    assert (
        not transaction(record_jump)
        and transaction(lambda: clock_state.watch_ends_at(clock_state.state(), moment)) is None
    )


def test_a_listing_is_asked_from_before_the_attempt_by_todays_clock(clocks):
    """A clock that was 20 minutes ahead when the call was made: the platform's own stamp is 20 minutes earlier."""
    _, delivery = sent()
    began = desk.attempts(delivery.id)[0].started_at
    assert transaction(clock_state.earliest_start, began) == began
    clocks.jumps(-20)
    transaction(clock_state.now)
    assert began - transaction(clock_state.earliest_start, began) >= timedelta(minutes=19, seconds=55)


def test_a_listing_is_believed_until_after_the_attempt_by_todays_clock(clocks):
    """A clock that was put right by 20 minutes forward: the platform's own stamp is 20 minutes later. (D4)"""
    _, delivery = sent()
    began = desk.attempts(delivery.id)[0].started_at
    delivery.began = began
    after = delivery.connector.spec.absent_after
    assert transaction(clock_state.latest_start, began) == began
    clocks.jumps(20)
    transaction(clock_state.now)
    assert transaction(clock_state.latest_start, began) - began >= timedelta(minutes=19, seconds=55)
    until = transaction(other_posts, delivery.id, delivery.credential_id, began, after).until
    assert until - began - after >= timedelta(minutes=19, seconds=55)


def test_a_restored_backup_bounds_no_look(clocks):
    """The attempt that it knows of need not be the last."""
    key, delivery = sent()
    began, after = desk.attempts(key)[0].started_at, delivery.connector.spec.absent_after
    assert transaction(other_posts, key, delivery.credential_id, began, after).until == began + after
    transaction(actions.hold, "record", key, "restored")
    assert transaction(other_posts, key, delivery.credential_id, began, after).until is None


def test_actions_sweep_alone_takes_no_lease_that_seems_to_end_too_late(clocks):
    """Only who has watched the clock may say that such a lease is from before."""
    sent()
    clocks.jumps(-20)
    assert transaction(sweep) == {"prepare": 0, "commit": 0, "look": 0}
