"""What an item says of itself while its records move: put away, approved anew, published late."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from app.calendar.queries.ready import ready_to_schedule
from app.content import actions as content
from app.content.models import Artifact, ContentItem
from app.core.actor import acting
from app.core.db import db
from app.core.transactions import transaction
from app.delivery import deliver
from app.delivery.actions.claim import claim
from app.delivery.actions.prepare import prepare_all
from app.delivery.actions.sweep import sweep
from app.lib import clock
from app.publishing import actions
from tests import publishing_desk as desk
from tests.integration.delivery.test_cohort import until
from tests.integration.delivery.test_cohort_steps import sent
from tests.integration.reviews import desk as reviews


def item(key):
    return transaction(lambda: db.session.get_one(ContentItem, key, populate_existing=True))


def somebody_waits_for_a_lock():
    return desk.by_hand("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")[0][0]


@pytest.mark.parametrize("verb", ["archive", "describe"])
def test_what_is_scheduled_at_this_moment_is_neither_put_away_nor_moved(app, as_user, verb):
    """A verb that read the item without a lock waited for schedule's at its UPDATE, and wrote over it: "archived", and out at its time."""
    who, account, at = desk.staff(), desk.account("sandbox"), clock.now() + timedelta(hours=1)
    made, artifact = desk.approved("Put me away", who)
    is_made, go, refused = threading.Event(), threading.Event(), []

    def schedule():
        with app.app_context(), acting(who):
            transaction(lambda: (actions.schedule(made, artifact, [account], at), is_made.set(), go.wait(30)))

    def put_away():
        row = db.session.get_one(ContentItem, made.id)
        return content.archive(row) if verb == "archive" else content.describe(row, "post", campaign, [])

    def other():
        with app.app_context(), acting(who):
            try:
                transaction(put_away)
            except Exception as error:
                refused.append(type(error).__name__)

    campaign = desk.by_hand(
        "INSERT INTO campaigns (name, goal, target_platforms) VALUES ('C', 'g', '[]') RETURNING id"
    )[0][0]
    one, two = threading.Thread(target=schedule), threading.Thread(target=other)
    one.start()
    assert is_made.wait(30)
    two.start()
    until(somebody_waits_for_a_lock)
    go.set()
    one.join(30)
    two.join(30)
    assert refused == [{"archive": "Conflict", "describe": "Invalid"}[verb]]
    assert (item(made.id).status, item(made.id).open_records, item(made.id).campaign_id) == ("scheduled", 1, None)


def test_a_version_that_is_approved_anew_is_counted_anew(app):
    """Live records are those of the approved version: else Home hides the new one, and a restore calls it published."""
    author, mara = reviews.person("editor"), reviews.person("reviewer")
    key = reviews.item(author)
    reviews.decide(reviews.asked(key, author), mara)
    approved = item(key)
    with reviews.being(mara):
        desk.scheduled(desk.account("sandbox"), made=(approved, version_of(approved)))
    desk.work()
    assert (item(key).status, item(key).live_records) == ("published", 1)

    reviews.new_version(key, author, "Second.")
    reviews.decide(reviews.asked(key, author), mara)
    assert (item(key).status, item(key).live_records) == ("approved", 0)
    assert key in [row.id for row in transaction(ready_to_schedule)]
    with reviews.being(author):
        transaction(lambda: content.archive(db.session.get_one(ContentItem, key)))
        transaction(lambda: content.restore(db.session.get_one(ContentItem, key)))
    assert item(key).status == "approved"


def version_of(row):
    return transaction(lambda: db.session.get_one(Artifact, row.current_version_id))


def test_what_is_published_has_a_date_also_when_the_yes_found_it_put_away(app):
    (key,) = desk.scheduled(desk.account("sandbox"))
    (answered,) = sent(transaction(prepare_all, transaction(claim, "w1", 1), "w1"))
    desk.by_hand("UPDATE publish_records SET lease_expires_at = now() - interval '1 hour'")
    transaction(sweep)
    desk.person(actions.settle_by_person, key, "give_up", None, True)
    made = desk.job(key).content_id
    with acting(desk.staff()):
        transaction(lambda: content.archive(db.session.get_one(ContentItem, made)))
        deliver.SETTLE(answered)
        transaction(lambda: content.restore(db.session.get_one(ContentItem, made)))
    assert item(made).status == "published" and item(made).published_at is not None
