"""One trace id from the version to the record, and a caller's own is taken over."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.content.models import Artifact
from app.core.actor import Actor, acting, current, taken_trace_id, tracing
from app.core.db import db
from app.core.transactions import transaction
from app.publishing import actions
from tests import publishing_desk as desk
from tests.integration.content.test_composer import form

GIVEN = "0af7651916cd43dd8448eb211c80319c"


def traces(kind):
    """Action → trace ids of its lines."""
    rows = transaction(lambda: db.session.execute(sa.select(AuditEntry.action, AuditEntry.trace_id)).all())
    return {action: trace for action, trace in rows if action.startswith(kind)}


def test_the_trace_id_of_a_request_is_taken_over(as_user):
    editor = as_user("editor")
    answer = editor.post("/content/new", data=form(), headers={"X-Trace-Id": GIVEN})
    assert answer.status_code == 303 and answer.headers["X-Trace-Id"] == GIVEN
    assert traces("content.") == {"content.create_item": GIVEN}
    assert transaction(lambda: db.session.scalars(sa.select(Artifact)).one()).trace_id == GIVEN


@pytest.mark.parametrize(
    "given",
    [
        "",
        "short",
        "0" * 32,
        "x" * 65,
        "<script>alert(1)</script>",
        "a b c d e f g h i j",
        "ä" * 32,
        "a" * 31 + "\\n",
        None,
    ],
)
def test_what_is_no_trace_id_gets_a_new_one(given):
    found = taken_trace_id(given)
    assert found != given and len(found) == 32 and found != taken_trace_id(given)


def test_a_uuid_and_a_w3c_trace_id_are_taken():
    for given in (GIVEN, "6f1c0c0e-3a5f-4a53-9a53-0c5b0d6f7a11"):
        assert taken_trace_id(given) == given


def test_version_job_record_and_their_history_share_one_trace(app):
    """The version is saved in one request, scheduled in another, sent by a worker."""
    who = desk.staff()
    with acting(Actor(type="human", id=who.id, name="Author", role="operator", trace_id=GIVEN)):
        made = desk.approved(who=Actor(type="human", id=who.id, name="Author", role="operator", trace_id=GIVEN))
    (key,) = desk.scheduled(desk.account("site"), made=made)
    desk.work()
    assert desk.job(key).trace_id == GIVEN
    found = traces("publishing.")
    assert {"publishing.schedule", "publishing.succeeded"} <= set(found) and set(found.values()) == {GIVEN}
    assert traces("content.derive_published") == {"content.derive_published": GIVEN}


def test_a_person_who_cancels_does_so_under_a_trace_of_their_own(app):
    (key,) = desk.scheduled(desk.account("site"))
    first = desk.job(key).trace_id
    desk.person(actions.cancel_record, key)
    assert traces("publishing.cancel")[next(iter(traces("publishing.cancel")))] != first


def test_what_began_without_a_trace_goes_on_under_ones_own():
    with acting(Actor(trace_id="own")), tracing(None):
        assert current().trace_id == "own"
