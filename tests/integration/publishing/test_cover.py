"""What was approved is what goes out: one stored hash per platform, asked at scheduling, in prepare, at commit, at replay."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from app.content import actions as content
from app.content import compose as composer
from app.content import queries as contents
from app.content.models import Artifact, ContentItem
from app.core.actor import acting
from app.core.db import db
from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery.actions.claim import claim
from app.delivery.actions.commit import CommitRefused, commit_one
from app.delivery.actions.prepare import prepare
from app.lib.errors import Conflict, Invalid
from app.outbound.exchange import Sending
from app.publishing import actions
from app.publishing.models import PublishRecord
from tests import publishing_desk as desk
from tests.factories import make_account, make_item, version_of

SENDING = Sending("POST", "https://x.example", "f", {}, "")
ALL = ("site", "bluesky", "mastodon", "webhook", "sandbox")


def assisted():
    return desk.approved("Written by two.", disclosure="assisted")


def new_words(monkeypatch):
    """An update of the desk: the composer says the disclosure in other words."""
    monkeypatch.setitem(composer.DISCLOSED["assisted"], "en", "Made with a machine.")


def begun(key):
    (claimed,) = [c for c in transaction(claim, "w1", 8) if c.id == key]
    return transaction(prepare, claimed, "w1")


def records():
    return transaction(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(PublishRecord)))


def test_a_desk_updated_between_approval_and_scheduling_asks_for_a_new_review(app, monkeypatch):
    """(D10) The composer's own words change: what is scheduled would be other words than the approved ones."""
    account, made = desk.account("mastodon"), assisted()
    new_words(monkeypatch)
    with pytest.raises(Invalid, match=r"not what was approved: the text differs.*new review"):
        desk.scheduled(account, made=made)
    assert records() == 0


def test_it_says_that_the_desk_was_updated(app, monkeypatch):
    """(D10) The stored version of the composer is asked, too: it says why."""
    import app.content.approval_coverage as approval_coverage

    account, made = desk.account("mastodon"), assisted()
    new_words(monkeypatch)
    monkeypatch.setattr(approval_coverage, "COMPOSER_VERSION", composer.COMPOSER_VERSION + 1)
    with pytest.raises(Invalid, match="since the desk was updated"):
        desk.scheduled(account, made=made)


def test_another_rendition_of_a_picture_asks_for_a_new_review(app):
    """(D10) The smaller twin named in content_assets.metadata is another one than that of approval time."""
    big, small, other = "a" * 64, "b" * 64, "c" * 64
    for sha, size in ((big, 9_000_000), (small, 1000), (other, 1000)):
        meta = {"small": {"sha256": small, "mime": "image/png", "size": 1000}} if sha == big else {}
        desk.by_hand(
            "INSERT INTO content_assets (id, filename, file_path, file_size, mime_type, content_hash, metadata)"
            " VALUES (:id, CAST(:s AS text), CAST(:s AS text), :n, 'image/png', CAST(:s AS text), CAST(:m AS jsonb))",
            id=uuid7(), s=sha, n=size, m=json.dumps(meta),
        )  # fmt: skip
    account, made = desk.account("bluesky"), desk.approved("Look.", media=[{"sha256": big, "alt": "Stones"}])
    desk.by_hand(
        "UPDATE content_assets SET metadata = jsonb_set(metadata, '{small,sha256}', to_jsonb(CAST(:o AS text)))"
        " WHERE content_hash = :b",
        o=other, b=big,
    )  # fmt: skip
    with pytest.raises(Invalid, match="not what was approved: the pictures differ"):
        desk.scheduled(account, made=made)


def test_an_approval_without_what_it_showed_lets_nothing_out(app):
    """(D10) A guard whose data is missing is a no, not a yes."""
    account, made = desk.account(), desk.approved()
    desk.by_hand("UPDATE content_items SET approved_composed = NULL")
    with pytest.raises(Invalid, match="was not shown to the reviewer"):
        desk.scheduled(account, made=made)


def test_in_prepare_the_approvals_own_hash_is_asked_beside_the_records(app, monkeypatch):
    """(D10) The record's hash was forged with the update; the approval's stands."""
    made = assisted()
    (key,) = desk.scheduled(desk.account("mastodon", configuration={"instance": "https://m.example"}), made=made)
    new_words(monkeypatch)
    post = composer.compose(made[1].payload, "mastodon")
    desk.by_hand("UPDATE publish_records SET composed_hash = :h", h=composer.composed_hash(post))
    desk.work()
    assert desk.record(key).status == "pending" and desk.attempts(key) == []
    ((reason, note),) = [(h.reason, h.note) for h in desk.holds(key)]
    assert reason == "changed" and "not what was approved: the text differs" in note


def test_in_prepare_the_records_own_hash_is_asked_beside_the_approvals(app):
    """(D10) Held with the reason: the commit point would refuse it as well, again and again and without a word."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    desk.by_hand("UPDATE publish_records SET composed_hash = repeat('0', 64)")
    desk.work()
    assert desk.record(key).status == "pending" and desk.attempts(key) == []
    ((reason, note),) = [(h.reason, h.note) for h in desk.holds(key)]
    assert reason == "changed" and "differs from what was composed when it was scheduled" in note


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE publish_records SET composed_hash = repeat('0', 64)",
        "UPDATE content_items SET approved_composed = jsonb_set(approved_composed, '{hashes,sandbox}', '\"x\"')",
        "UPDATE content_items SET approved_composed = NULL",
        "UPDATE content_items SET approved_version_id = NULL",
    ],
)
def test_at_commit_the_hash_is_asked_once_more(app, sql):
    """(D10) Between prepare and the first byte anything may happen to the approval: then nothing is sent."""
    (key,) = desk.scheduled(desk.account("sandbox"))
    task = begun(key)
    desk.by_hand(sql)
    with pytest.raises(CommitRefused):
        transaction(commit_one, task, uuid7(), SENDING)
    assert desk.attempts(key) == []


def test_at_commit_the_very_post_that_leaves_is_asked(app):
    """(D10) A task whose post is not the approved one passes no commit point, whatever the rows say."""
    from dataclasses import replace

    (key,) = desk.scheduled(desk.account("sandbox"))
    task = begun(key)
    task.post = replace(task.post, options={"visibility": "public"})
    with pytest.raises(CommitRefused):
        transaction(commit_one, task, uuid7(), SENDING)


def test_a_replay_asks_the_same_hash(app, monkeypatch):
    """(D10) A failed record is not sent again in the words of an updated desk."""
    account = desk.account("sandbox", configuration={"behaviour": "refuses"})
    (key,) = desk.scheduled(account, made=assisted())
    desk.work()
    assert desk.record(key).status == "failed"
    new_words(monkeypatch)
    with pytest.raises(Conflict, match="not what was approved"):
        desk.person(actions.replay, key)
    assert desk.record(key).status == "failed"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE content_items SET status = 'archived'", "put away"),
        ("UPDATE content_items SET approved_version_id = NULL", "No approval covers version 1"),
        ("UPDATE content_items SET approved_hash = repeat('0', 64)", "not what was approved"),
        (
            'UPDATE artifacts SET payload = jsonb_set(payload, \'{variants}\', \'{"mastodon": {"text": "x"}}\')',
            "was changed",
        ),
    ],
)
def test_a_replay_asks_for_the_approval_as_scheduling_does(app, sql, words):
    """(D10) Also where the composed post is still the same."""
    (key,) = desk.scheduled(desk.account("sandbox", configuration={"behaviour": "refuses"}))
    desk.work()
    desk.by_hand(sql)
    with pytest.raises(Conflict, match=words):
        desk.person(actions.replay, key)
    assert desk.record(key).status == "failed"


def test_an_approval_covers_the_platforms_that_were_planned_and_no_other(app, commit):
    """(S1) Planned for Bluesky: that is what the reviewer saw, so nothing goes out on Mastodon."""
    sky, elephant = commit(make_account, "bluesky"), commit(make_account, "mastodon")
    item = commit(make_item, accounts=[sky], status="approved")
    made = (item, version_of(item))
    with pytest.raises(Invalid, match=r"Mastodon was not shown to the reviewer\. Ask for a review that includes it"):
        desk.scheduled(sky.id, elephant.id, made=made)
    assert records() == 0
    second = commit(make_account, "bluesky")
    assert len(desk.scheduled(sky.id, second.id, made=made)) == 2


def test_an_approval_without_a_plan_covers_all_platforms_since_its_page_showed_all(app, commit):
    """(S1)"""
    item = commit(make_item, status="approved")
    row = db.session.get_one(ContentItem, item.id, populate_existing=True)
    assert contents.covered_platforms(row) == set(ALL)


def test_a_platform_planned_afterwards_can_be_asked_for_without_another_version(app, commit):
    """(S1) The way out that the message names exists: the same version, one more platform, one more decision."""
    sky, elephant = commit(make_account, "bluesky"), commit(make_account, "mastodon")
    item = commit(make_item, accounts=[sky], status="approved")
    version = version_of(item)

    def row():
        return db.session.get_one(ContentItem, item.id, populate_existing=True)

    def asked():
        content.to_review(row(), db.session.get_one(Artifact, version.id))

    with acting(desk.staff()):
        with pytest.raises(Conflict, match="only a draft"):
            transaction(asked)
        transaction(lambda: content.plan(row(), None, "UTC", [(str(a.id), a.platform) for a in (sky, elephant)]))
        transaction(asked)
        assert transaction(lambda: (row().status, row().approved_version_id)) == ("review", None)
        with pytest.raises(Conflict, match="No approval covers"):
            desk.scheduled(sky.id, made=(item, version))
        transaction(lambda: content.set_approved(row(), db.session.get_one(Artifact, version.id)))
    assert len(desk.scheduled(sky.id, elephant.id, made=(item, version))) == 2


@pytest.mark.parametrize("stored", ["[]", '"x"', "null", '{"hashes": []}', '{"hashes": {"site": 5}, "posts": []}', '{"hashes": {"site": "x"}, "posts": {"site": []}}'])  # fmt: skip
def test_an_approval_in_another_form_covers_nothing_and_breaks_no_page(app, as_user, stored):
    """(D10) A column changed by hand is a no with a page, not a fault."""
    account, made = desk.account(), desk.approved()
    desk.by_hand("UPDATE content_items SET approved_composed = CAST(:b AS jsonb)", b=stored)
    with pytest.raises(Invalid):
        desk.scheduled(account, made=made)
    operator = as_user("operator")
    assert operator.get(f"/content/{made[0].id}/publish").status_code == 200
    assert operator.get(f"/content/{made[0].id}").status_code == 200


def test_an_approval_from_before_covers_nothing_unplanned_and_its_page_names_the_way(app, commit, as_user):
    """(S1) As the migration leaves it: no hashes, nothing planned. A new review of the same version is offered."""
    item, account = commit(make_item, status="approved"), desk.account()
    desk.by_hand('UPDATE content_items SET approved_composed = \'{"version": 1, "hashes": {}}\'')
    admin = as_user("admin")
    assert "was not shown to the reviewer" in admin.get(f"/content/{item.id}/publish").text
    assert f"/reviews/new/{item.id}" in admin.get(f"/content/{item.id}").text
    data = {"content_id": str(item.id), "artifact_id": str(item.current_version_id)}
    assert admin.get(f"/reviews/new/{item.id}").status_code == 200
    assert admin.post("/reviews", data=data).status_code == 303
    assert account


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE publish_records SET composed_hash = NULL", "Cancel it and schedule it anew"),
        ("UPDATE content_items SET approved_composed = NULL", "Ask for a review that includes it. Cancel this first"),
    ],
)
def test_a_record_from_before_is_held_and_says_what_to_do(app, change, says):
    """(D10) Scheduled before the desk kept what it composes, or covered no more: held, with the way out in words."""
    (key,) = desk.scheduled(desk.account())
    desk.by_hand(change)
    desk.work()
    assert desk.record(key).status == "pending" and says in desk.holds(key)[0].note
    desk.person(actions.cancel_record, key)
    assert desk.record(key).status == "cancelled"
