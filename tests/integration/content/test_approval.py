"""What reviews and publishing may do to an item (docs/states.md, Content item)."""

from __future__ import annotations

import pytest

from app.content import actions
from app.content.compose import COMPOSER_VERSION, compose, composed_hash
from app.content.models import Artifact, ContentItem
from app.core.db import db
from app.lib.errors import Conflict
from app.publishing.actions import require_cover
from app.staff.models import User
from tests.factories import act_as, make_item, make_user, version_of


def got(item) -> ContentItem:
    return db.session.get(ContentItem, item.id, populate_existing=True)


def act(name, item, *args):
    return getattr(actions, name)(got(item), *args)


def save(item, body):
    row = got(item)
    author = db.session.get_one(User, row.created_by)
    return act_as(author, actions.save_version, row, {"title": row.title, "body": body}, row.current_version_id)


def test_approval_names_one_version_its_hash_and_what_it_composes_to(app, commit):
    item = commit(make_item, status="approved")
    row, version = got(item), db.session.get(Artifact, item.current_version_id)
    assert (row.approved_version_id, row.approved_hash) == (version.id, version.content_hash)
    assert row.approved_by is not None and row.approved_at is not None
    assert row.approved_composed["version"] == COMPOSER_VERSION
    assert row.approved_composed["hashes"]["site"] == composed_hash(compose(version.payload, "site"))
    require_cover(row, version)


def test_an_edit_ends_it(app, commit):
    item = commit(make_item, status="approved")
    second = commit(save, item, "changed")
    row = got(item)
    assert row.status == "draft" and row.approved_version_id != second.id
    with pytest.raises(Conflict, match=f"No approval covers version {second.version}"):
        require_cover(row, second)


def test_only_the_current_version_can_be_sent_or_approved(app, commit):
    item = commit(make_item)
    first = version_of(item)
    second = commit(save, item, "second")
    with pytest.raises(Conflict):
        commit(act, "to_review", item, first)
    commit(act, "to_review", item, second)
    third = commit(save, item, "third")
    assert got(item).status == "draft"
    commit(act, "to_review", item, third)
    with pytest.raises(Conflict):
        commit(act, "set_approved", item, second)


def test_tampered_text_is_not_covered(app, commit):
    item = commit(make_item, status="approved")
    version = db.session.get(Artifact, item.current_version_id)
    db.session.expunge(version)
    version.payload = {**version.payload, "body": "evil"}
    with pytest.raises(Conflict, match="not what was approved"):
        require_cover(got(item), version)


def test_undo_takes_the_approval_back(app, commit):
    item = commit(make_item, status="approved")
    commit(act, "back_to_review", item)
    row = got(item)
    assert row.status == "review" and row.approved_version_id is None and row.approved_hash is None
    for status in ("needs_revision", "rejected"):
        other = commit(make_item, status=status)
        commit(act, "back_to_review", other)
        assert got(other).status == "review" and got(other).review_reason is None


@pytest.mark.parametrize(
    ("counts", "statuses"),
    [
        ([(1, 0), (0, 1)], ["scheduled", "published"]),
        ([(2, 0), (1, 1), (0, 2)], ["scheduled", "scheduled", "published"]),
        ([(1, 0), (0, 0)], ["scheduled", "approved"]),
        ([(1, 0), (0, 1), (1, 1), (0, 1)], ["scheduled", "published", "scheduled", "published"]),
    ],
)
def test_scheduled_and_published_follow_from_the_counts(app, commit, counts, statuses):
    item = commit(make_item, status="approved")
    seen = []
    for open_records, live_records in counts:
        commit(actions.keep_open_records, {item.id: (open_records, live_records)})
        seen.append(got(item).status)
    assert seen == statuses
    assert (got(item).published_at is not None) == (counts[-1][1] > 0)


def test_counts_of_an_old_version_do_not_move_a_draft(app, commit):
    item = commit(make_item, status="published")
    commit(save, item, "next")
    commit(actions.keep_open_records, {item.id: (0, 2)})
    assert (got(item).status, got(item).live_records) == ("draft", 2)


def test_what_is_scheduled_cannot_be_edited_or_archived(app, commit):
    item = commit(make_item, status="scheduled")
    with pytest.raises(Conflict, match="Cancel its publish records"):
        commit(save, item, "new")
    with pytest.raises(Conflict, match="Cancel its publish records"):
        commit(act, "archive", item)


@pytest.mark.parametrize(
    ("status", "back"),
    [("draft", "draft"), ("approved", "approved"), ("published", "published"), ("rejected", "draft")],
)
def test_archive_and_restore(app, commit, status, back):
    item = commit(make_item, status=status)
    commit(act, "archive", item)
    assert got(item).status == "archived"
    with pytest.raises(Conflict):
        commit(save, item, "new")
    commit(act, "restore", item)
    assert got(item).status == back


def test_in_review_cannot_be_archived(app, commit):
    with pytest.raises(Conflict, match="in review"):
        commit(act, "archive", commit(make_item, status="review"))


def test_approver_is_kept(app, commit):
    item, judge = commit(make_item, status="review"), commit(make_user, "reviewer")
    commit(lambda: act_as(judge, actions.set_approved, got(item), db.session.get(Artifact, item.current_version_id)))
    assert got(item).approved_by == judge.id
