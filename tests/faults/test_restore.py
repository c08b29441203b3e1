"""A desk is backed up, goes on, is lost and restored: what went out since is found, never sent again."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.unseal import unseal_by_id
from app.cli.backup.make import make
from app.cli.backup.restore import restore
from app.core import crypto
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.publishing import actions
from app.site.models import LocalPost
from app.staff.passwords import hash_password
from tests import publishing_desk as desk
from tests.factories import PASSWORD, make_user


def twenty(plant):
    """Records with texts of their own: own site, Mastodon (a listing), Bluesky (a key)."""
    accounts = [
        plant.account("mastodon", 0),
        plant.account("mastodon", 1),
        plant.account("bluesky", 0),
        desk.account("site"),
    ]
    texts = [f"One of twenty, {next(plant.numbers)}." for _ in range(20)]
    return accounts, {desk.scheduled(accounts[n % 4], text=text)[0]: text for n, text in enumerate(texts)}


def at_platforms(plant):
    """Every text as often as it is out, on our own site too."""
    own = transaction(lambda: db.session.scalars(sa.select(LocalPost.body)).all())
    return sorted([post["text"] for fake in plant.fakes for post in fake.state()["posts"]] + list(own))


def put_back(plant, folder, **how):
    plant.end_all()
    db.session.rollback()
    db.engine.dispose()
    return restore(plant.settings, folder, replace=True, **how)


def finish(plant):
    """Workers until nothing happens by itself any more."""
    plant.start()
    plant.settle()
    plant.end_all()


def looks(plant):
    """Twenty minutes with workers at work, whatever is held."""
    plant.start()
    for _ in range(5):
        plant.age(240)
        plant.until(lambda: plant.idle() or rung(plant), 15, "the looks")
    plant.end_all()


def rung(plant):
    """A bell for what is due; not idle yet."""
    plant.ring()
    time.sleep(0.2)
    return False


def test_back_up_publish_twenty_restore_release(plant, tmp_path):
    accounts, texts = twenty(plant)
    folder, manifest = make(plant.settings, tmp_path)
    assert manifest["rows"]["publish_records"] == 20
    finish(plant)
    assert plant.statuses() == {"success": 20} and at_platforms(plant) == sorted(texts.values())
    transaction(
        lambda: db.session.execute(
            sa.text("UPDATE users SET password_hash = :h"), {"h": hash_password("another, set after the backup")}
        )
    )
    done = put_back(plant, folder)
    assert done.records == {"open": 20, "looked": 20, "asked": 0, "first": 0}
    looks(plant)
    counted = plant.statuses()
    assert counted["success"] == 15 and counted["retrying"] == 5, "the site's own posts were lost with the database"
    assert transaction(actions.release, "all", "", "restored")
    finish(plant)
    assert plant.statuses() == {"success": 20}
    assert at_platforms(plant) == sorted(texts.values())
    assert sum(fake.state()["requests"].get("create", 0) for fake in plant.fakes) == 15
    assert transaction(unseal_by_id, accounts[2]).secrets["app_password"] == "abcd-efgh-ijkl-mnop"


def test_who_is_asked_when_no_platform_can_be(plant, tmp_path):
    """Due before the restore: a question. Due later: held by itself, and only a person's release sends it."""
    account = plant.account("webhook")
    (now_due,), (later,) = desk.scheduled(account), desk.scheduled(account, at=clock.now() + timedelta(hours=2))
    folder, _ = make(plant.settings, tmp_path)
    finish_one = plant.start()
    plant.ring()
    plant.until(lambda: desk.record(now_due).status == "success")
    plant.kill(finish_one)
    done = put_back(plant, folder)
    assert done.records == {"open": 2, "looked": 0, "asked": 2, "first": 0}
    row = desk.record(now_due)
    assert row.status == "unknown" and row.next_retry_at is None and "cannot be asked" in row.error_message
    assert [hold.reason for hold in desk.holds(later)] == ["restored"]
    transaction(actions.release, "all", "", "restored")
    plant.age(3 * 3600)
    assert desk.work() == 0 and len(plant.fake().posts()) == 1
    desk.person(actions.settle_by_person, now_due, "there", "https://hooks.example/1")
    transaction(actions.release, "record", later, "restored")
    assert desk.work() == 1 and len(plant.fake().posts()) == 2


def test_what_was_in_hand_or_refused_at_the_backup(plant, tmp_path):
    """A lease, a commit, a refusal kept from before: each is looked for, none is believed."""
    account = plant.account("mastodon")
    keys = [desk.scheduled(account, text=f"In hand {n}.")[0] for n in range(3)]
    desk.by_hand(
        "UPDATE publish_records SET status = 'publishing', step = 'prepare', claimed_from = 'pending', lease_owner = 'gone',"
        " lease_epoch = 1, lease_expires_at = app_now() + interval '1 minute' WHERE id = :id",
        id=keys[0],
    )
    desk.by_hand(
        "UPDATE publish_records SET status = 'retrying', retry_count = 3, attempt_count = 1 WHERE id = :id", id=keys[2]
    )
    desk.by_hand(
        "INSERT INTO publish_attempts (record_id, number, step, outcome, error_type, started_at, finished_at)"
        " VALUES (:id, 1, 'commit', 'no', 'platform_error', app_now() - interval '1 hour', app_now())",
        id=keys[2],
    )
    folder, _ = make(plant.settings, tmp_path)
    desk.by_hand(
        "UPDATE publish_records SET status = 'pending', step = NULL, lease_owner = NULL, lease_expires_at = NULL"
    )
    finish(plant)
    assert plant.statuses() == {"success": 3}
    assert put_back(plant, folder).records["looked"] == 3
    transaction(actions.release, "all", "", "restored")
    finish(plant)
    assert plant.statuses() == {"success": 3} and len(plant.fake().posts()) == 3


def test_what_never_went_out_is_sent_after_the_release(plant, tmp_path):
    """Surely absent is decided no earlier than `absent_after` past the restore; then it goes out once."""
    (key,) = desk.scheduled(plant.known(), text="Never sent before.")
    (future,) = desk.scheduled(plant.account("mastodon"), at=clock.now() + timedelta(days=2), text="In two days.")
    folder, _ = make(plant.settings, tmp_path)
    done = put_back(plant, folder)
    assert done.records == {"open": 2, "looked": 1, "asked": 0, "first": 1}
    row = desk.record(key)
    assert row.next_retry_at - clock.now() > timedelta(minutes=14)
    looks(plant)
    assert desk.record(key).status == "retrying" and plant.fake().posts("Never") == []
    transaction(actions.release, "all", "", "restored")
    plant.start()
    plant.ring()
    plant.until(lambda: desk.record(key).status == "success")
    assert [post["text"] for post in plant.fake().posts("Never")] == ["Never sent before."] and desk.record(
        future
    ).status == "pending"


@pytest.mark.parametrize("password, answers", [(PASSWORD, 303), ("another, set after the backup", 422)])
def test_people_sign_in_as_at_the_backup(plant, tmp_path, password, answers):
    """The password of then; a session that was open is not open again."""
    user = transaction(make_user, "admin")
    desk.by_hand(
        "INSERT INTO user_sessions (user_id, token_hash, expires_at) VALUES (:id, :hash, now() + interval '1 day')",
        id=user.id,
        hash=crypto.digest("stolen"),
    )
    folder, _ = make(plant.settings, tmp_path)
    desk.by_hand("UPDATE users SET password_hash = :h", h=hash_password("another, set after the backup"))
    put_back(plant, folder)
    assert desk.by_hand("SELECT count(*) FROM user_sessions WHERE revoked_at IS NULL")[0][0] == 0
    browser = plant.app.test_client()
    page = browser.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    answer = browser.post("/sign-in", data={"email": user.email, "password": password, "csrf_token": token})
    assert answer.status_code == answers
