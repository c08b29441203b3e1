"""Items and their versions: immutable, numbered, bound to their base."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app.content import actions
from app.content.actions import Stale
from app.content.models import Artifact, ContentDraft, ContentItem
from app.core import actor, transactions
from app.core.db import db
from app.core.ids import uuid7
from app.lib.errors import Conflict, Invalid
from app.staff.models import User
from tests.factories import act_as, make_item, make_user, version_of


def saved(item_id, base, by, **payload):
    item = db.session.get(ContentItem, item_id)
    author = db.session.get_one(User, by)
    return act_as(author, actions.save_version, item, {"title": "Five stones", "body": "x", **payload}, base)


@pytest.fixture
def item(commit):
    return commit(make_item, "Five stones", "one")


def test_each_save_is_a_version_and_the_item_repeats_it(commit, item):
    second = commit(saved, item.id, item.current_version_id, item.created_by, title="Six stones", body="one **two** 三")
    found = db.session.get(ContentItem, item.id)
    assert (second.version, second.parent_artifact_id) == (2, item.current_version_id)
    assert (found.title, found.word_count, found.summary, found.current_version_id) == (
        "Six stones",
        3,
        "one two 三",
        second.id,
    )


def test_the_same_text_makes_no_version(commit, item):
    again = commit(saved, item.id, None, item.created_by, body="one")
    assert again.id == item.current_version_id


def test_a_version_cannot_be_changed_not_even_by_sql(app, commit, item):
    def tamper():
        db.session.execute(sa.update(Artifact).where(Artifact.content_id == item.id).values(payload={"body": "evil"}))

    with pytest.raises(sa.exc.DBAPIError, match=r"never changed|permission denied"):
        commit(tamper)


def test_the_second_of_two_writers_is_told_and_gets_their_version(commit, item):
    other = commit(make_user, "editor")
    theirs = commit(saved, item.id, item.current_version_id, other.id, body="theirs")
    with pytest.raises(Stale) as caught:
        commit(saved, item.id, item.current_version_id, item.created_by, body="mine")
    assert caught.value.current_id == theirs.id and caught.value.status == 409


def test_two_saves_at_the_same_moment_make_one_version_and_one_conflict(app, commit, item):
    results: list[object] = []

    def save(text):
        with app.app_context():
            try:
                results.append(
                    transactions.transaction(saved, item.id, item.current_version_id, item.created_by, body=text)
                )
            except Conflict as error:
                results.append(error)

    threads = [threading.Thread(target=save, args=(t,)) for t in ("a", "b", "c", "d")]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(type(r).__name__ for r in results) == ["Artifact", "Stale", "Stale", "Stale"]


def test_a_double_click_on_a_new_item_makes_one(app, commit):
    by, item_id = commit(make_user, "editor"), uuid7()
    made: list[object] = []

    def create():
        with app.app_context():
            made.append(
                transactions.transaction(
                    act_as, by, actions.create_item, {"title": "t", "body": "b"}, item_id=item_id
                ).id
            )

    threads = [threading.Thread(target=create) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert made == [item_id] * 3 and db.session.scalar(sa.select(sa.func.count()).select_from(Artifact)) == 1
    with pytest.raises(Conflict):
        commit(act_as, by, actions.create_item, {"title": "t", "body": "other"}, item_id=item_id)


def test_what_can_never_be_saved_is_refused_by_field(commit):
    by = commit(make_user, "editor")
    for payload, field in (
        ({"title": ""}, "title"),
        ({"title": "t", "body": "x" * 100_001}, "body"),
        ({"title": "t", "variants": {"site": {"text": "x" * 100_001}}}, "variant_site"),
        ({"title": "t", "media": [{"sha256": "a" * 64}]}, "pictures"),
    ):
        with pytest.raises(Invalid) as caught:
            commit(act_as, by, actions.create_item, payload)
        assert list(caught.value.errors) == [field]


def test_a_hundred_thousand_chinese_characters_are_kept_and_found(app, commit):
    from app.content.search import clause

    text = "".join(chr(0x4E00 + (i * 7919) % 20_000) for i in range(100_000))
    item = commit(make_item, "Long", text)
    found = db.session.scalars(sa.select(ContentItem.id).where(clause(ContentItem.search, text[100:104]))).all()
    assert found == [item.id]


def test_saving_ends_the_draft_of_the_writer_only(app, commit, item):
    other = commit(make_user, "editor")
    for user in (item.created_by, other.id):
        text, base = {"title": "t", "body": "d"}, item.current_version_id
        commit(act_as, db.session.get_one(User, user), actions.autosave, item.id, text, {}, base, False)
    commit(saved, item.id, item.current_version_id, item.created_by, body="new")
    assert db.session.scalars(sa.select(ContentDraft.user_id)).all() == [other.id]


def test_plain_sql_inserts_work_with_the_specs_columns(app, commit):
    def insert():
        return db.session.execute(
            sa.text(
                "INSERT INTO content_items (content_type, title, content) VALUES ('post', 'By hand', 'Text') RETURNING id, status, search"
            )
        ).one()

    row = commit(insert)
    assert row.status == "draft" and "'hand'" in row.search


def test_each_verb_writes_one_line_of_history(app, commit, item):
    from app.audit.queries import timeline

    by = commit(make_user, "editor")
    with actor.acting(actor.Actor(type="human", id=str(by.id), name=by.full_name)):
        commit(saved, item.id, item.current_version_id, by.id, title="New title")
    rows = timeline("content_items", item.id)
    assert [r.action for r in rows] == ["content.save_version", "content.create_item"]
    assert ("Title", "Five stones", "New title") in rows[0].changes


def test_factory_reaches_every_status(app, commit):
    for status in ("draft", "review", "needs_revision", "rejected", "approved", "scheduled", "published"):
        item = commit(make_item, status=status)
        assert item.status == status and commit(version_of, item).version == 1
