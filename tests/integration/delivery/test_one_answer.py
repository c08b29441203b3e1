"""What the publish page shows and what is refused are one answer, and every door that sends asks for it."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.actor import acting
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.lib.errors import Conflict, Invalid
from app.publishing import actions
from app.publishing.actions import bulk
from app.publishing.models import PublishJob, PublishRecord
from app.publishing.places import RULES
from app.publishing.queries.plan import place_rows
from tests import publishing_desk as desk
from tests.factories import make_account, make_campaign

LONG = "Five stones. " * 40
PLACE = "sandbox:here.example:1"


def one_account(dice: random.Random):
    """An account of any platform in any state that a desk can have."""
    platform = dice.choice(["site", "sandbox", "bluesky", "mastodon"])
    columns = {
        "status": dice.choice(["active"] * 5 + ["expired", "invalid", "checking"]),
        "paused_at": dice.choice([None] * 5 + [clock.now()]),
        "remote_account": dice.choice(["", "", PLACE if platform == "sandbox" else ""]),
    }
    most = dice.choice([100, 500, 5000])
    return make_account(platform, configuration={"limits": {"max_characters": most}}, **columns)


def history(dice: random.Random, item_id, artifact_id, accounts):
    """Records of this version and of another one, ended in any way."""
    states = [
        {"status": "success"}, {"status": "pending"}, {"status": "unknown"}, {"status": "cancelled"}, {"status": "failed"},
        {"status": "failed", "was_unknown": True}, {"status": "cancelled", "was_unknown": True},
        {"status": "failed", "dead_letter_reason": "given_up", "was_unknown": True},
    ]  # fmt: skip
    for account in dice.sample(accounts, k=min(len(accounts), 4)):
        for version in dice.sample([artifact_id, None], k=dice.choice([0, 1, 2])):
            other = version or db.session.scalar(
                sa.text("SELECT id FROM artifacts WHERE content_id = :i AND id <> :a"), {"i": item_id, "a": artifact_id}
            )
            job = PublishJob(content_id=item_id, artifact_id=other, platforms=[account.platform])
            db.session.add(job)
            db.session.flush()
            record = PublishRecord(
                job_id=job.id, platform=account.platform, credential_id=account.id, account_name=account.account_name,
                due_at=clock.now(), host=account.platform, **dice.choice(states),
            )  # fmt: skip
            db.session.add(record)
    db.session.flush()


def two_versions(text: str, dice: random.Random):
    from app.content import actions as content
    from app.content.models import Artifact

    item = content.create_item({"title": "Post", "body": "The first version."})
    content.save_version(item, {"title": "Post", "body": text}, item.current_version_id)
    artifact = db.session.get_one(Artifact, item.current_version_id)
    content.to_review(item, artifact)
    content.set_approved(item, artifact)
    return item, artifact


class Undone(Exception):
    """Takes back what a trial did."""


@pytest.mark.parametrize("seed", range(12))
def test_every_row_shown_usable_is_accepted_and_every_row_shown_barred_is_refused_in_its_words(app, seed):
    """(S) On random desks: accounts in any state, any history of the item, approvals that cover a part."""
    dice = random.Random(seed)
    with acting(desk.staff()):
        item, artifact = transaction(two_versions, dice.choice(["Short.", LONG]), dice)
        accounts = transaction(lambda: [one_account(dice) for _ in range(8)])
        transaction(history, dice, item.id, artifact.id, accounts)
        if dice.random() < 0.5:
            transaction(lambda: db.session.execute(sa.text(
                "UPDATE content_items SET approved_composed = approved_composed #- '{hashes,bluesky}' #- '{hashes,mastodon}'"
            )))  # fmt: skip
        item = transaction(lambda: db.session.get_one(type(item), item.id, populate_existing=True))
        shown = transaction(place_rows, item, artifact)
        assert len(shown) == 8
        for row in shown:
            assert press(item, artifact, row) == (f"{row.label}: {row.why_not}" if row.why_not else ""), vars(row)
            if row.is_usable and row.earlier:
                assert row.earlier.summary in press(item, artifact, row, wanted=False), "asked for where it is shown"


def press(item, artifact, row, wanted=True):
    """What scheduling on this row's account alone says beside it; "" when it is accepted. Nothing of it is kept."""

    def trial():
        actions.schedule(item, artifact, [row.account.id], second_on={row.account.id} if wanted else ())
        raise Undone

    try:
        transaction(trial)
    except Undone:
        return ""
    except Invalid as refused:
        assert list(refused.errors) == [f"account:{row.account.id}"], "it stands beside its account"
        return refused.message


def expired(made, account):
    desk.by_hand("UPDATE platform_credentials SET status = 'expired' WHERE id = :id", id=account)


def uncovered(made, account):
    desk.by_hand("UPDATE content_items SET approved_composed = NULL WHERE id = :id", id=made[0].id)


def unapproved(made, account):
    desk.by_hand("UPDATE content_items SET approved_version_id = NULL WHERE id = :id", id=made[0].id)


def shrunk(made, account):
    small = json.dumps({"limits": {"max_characters": 5}})
    desk.by_hand(
        "UPDATE platform_credentials SET configuration = CAST(:c AS jsonb) WHERE id = :id", c=small, id=account
    )


def live_there(made, account):
    other(made, account, made[1].id)


def another_version_live(made, account):
    older = desk.by_hand(
        "INSERT INTO artifacts (content_id, artifact_type, version, payload, content_hash, created_by)"
        " SELECT content_id, artifact_type, 99, payload, content_hash, created_by FROM artifacts WHERE id = :id RETURNING id",
        id=made[1].id,
    )
    other(made, account, older[0][0])


def other(made, account, version):
    def make():
        job = PublishJob(content_id=made[0].id, artifact_id=version, platforms=["mastodon"])
        db.session.add(job)
        db.session.flush()
        db.session.add(PublishRecord(
            job_id=job.id, platform="mastodon", credential_id=account, account_name="x", status="success",
            due_at=clock.now(), host="mastodon", published_at=clock.now(),
        ))  # fmt: skip

    transaction(make)


def ended(made, account):
    past = clock.now() - timedelta(days=1)
    campaign = transaction(make_campaign, end_time=past)
    for table in ("content_items", "publish_jobs"):
        desk.by_hand(f"UPDATE {table} SET campaign_id = :c", c=campaign.id)


RULES_TRIED = {
    "account": (expired, "Reconnect it first"), "words": (uncovered, "was not shown to the reviewer"),
    "approval": (unapproved, "No approval covers"), "limits": (shrunk, "too long"), "same version": (live_there, "is published there already"),
    "second post": (another_version_live, "Version 99 is live"), "campaign": (ended, "ended on"),
}  # fmt: skip


def publish(made, account, key):
    transaction(actions.schedule, *made, [account])


def replay(made, account, key):
    transaction(actions.replay, desk.record(key))


def replay_all(made, account, key):
    transaction(actions.replay_by_cause, "platform_error")
    raise Conflict(refusal_of_bulk(key))


def replay_ticked(made, account, key):
    raise Conflict(transaction(bulk.apply, [str(key)], "replay"))


def refusal_of_bulk(key):
    """Bulk by cause counts what it leaves out: the record's own replay says why."""
    assert desk.record(key).status == "failed"
    try:
        transaction(actions.replay, desk.record(key))
    except Conflict as why:
        return why.message
    return ""


def send_again(made, account, key):
    desk.by_hand(
        "UPDATE publish_records SET status = 'unknown', was_unknown = true, unknown_since = now() WHERE id = :id",
        id=key,
    )
    transaction(actions.settle_by_person, desk.record(key), "send_again", confirmed=True)


@pytest.mark.parametrize("rule", RULES_TRIED)
@pytest.mark.parametrize("door", [publish, replay, replay_all, replay_ticked, send_again], ids=lambda d: d.__name__)
def test_every_door_that_sends_asks_every_rule(app, door, rule):
    """(J25, J26, D10, S1) What no longer holds is refused at each of them, in the rule's own words."""
    made, account = desk.approved(), desk.account("mastodon", configuration={"instance": "https://m.example"})
    (key,) = desk.scheduled(account, made=made)
    gone = "UPDATE publish_records SET status = :s, error_type = 'platform_error' WHERE id = :id"
    desk.by_hand(gone, s="cancelled" if door is publish else "failed", id=key)
    change, says = RULES_TRIED[rule]
    change(made, account)
    before = count()
    with acting(desk.staff()), pytest.raises((Conflict, Invalid), match=says):
        door(made, account, key)
    assert count() == before and desk.record(key).status in ("failed", "cancelled", "unknown")


def count():
    return transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(PublishRecord)))


def test_a_place_is_judged_by_four_rules(app):
    """A fifth needs a line in `RULES_TRIED`: the table is what proves that every door asks it."""
    assert [rule.__name__ for rule in RULES] == ["there_already", "unusable", "uncovered", "unfit"]


def test_what_was_confirmed_for_a_job_is_not_asked_again_at_its_replay(app):
    """(J25, D14) One half of a pair that was meant failed: its replay may stand beside the other half."""
    made = desk.approved()
    pair = [desk.account("sandbox", remote_account=PLACE) for _ in range(2)]
    keys = desk.scheduled(*pair, made=made, confirm_same_place=True)
    desk.by_hand("UPDATE publish_records SET status = 'failed' WHERE id = :id", id=keys[0])
    desk.by_hand("UPDATE publish_records SET status = 'success', published_at = now() WHERE id = :id", id=keys[1])
    desk.person(actions.replay, keys[0])
    assert desk.record(keys[0]).status == "pending"


def test_a_second_post_that_was_wanted_is_not_asked_about_again_at_its_replay(app):
    """(J25)"""
    made, account = desk.approved(), desk.account("mastodon", configuration={"instance": "https://m.example"})
    another_version_live(made, account)
    (key,) = desk.scheduled(account, made=made, second_on=[account])
    desk.by_hand("UPDATE publish_records SET status = 'failed' WHERE id = :id", id=key)
    desk.person(actions.replay, key)
    assert desk.record(key).status == "pending"
