"""At an update: what the desk of before has left behind is done, read and shown under today's names."""

from __future__ import annotations

import json
import re
import uuid

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from app.audit import words
from app.audit.actions import record
from app.audit.models import Event, EventDelivery
from app.core import queue
from app.core.db import db
from app.core.ids import uuid7
from app.core.queue import JOBS
from app.core.transactions import transaction
from app.core.worker_job import parse_call
from app.notifications.models import Notification
from tests.conftest import PASSWORD
from tests.factories import make_record, make_review, make_user


def old_delivery(event_type: str, thing: uuid.UUID, consumer: str) -> uuid.UUID:
    """As the web of before writes it while the database is new already."""
    key = uuid7()

    def put() -> None:
        about = {"entity_id": str(thing)}
        db.session.add(Event(id=key, event_type=event_type, severity="info", service_name="x", payload=about))
        db.session.flush()
        db.session.add(EventDelivery(event_id=key, consumer=consumer))

    transaction(put)
    return key


@pytest.mark.parametrize(
    ("event", "kind", "consumer"),
    [
        ("reviews.ask", "review_asked", "operations.tell_of_review"),
        ("publishing.asks", "record_asks", "operations.tell_of_record"),
    ],
)
def test_an_open_delivery_under_its_former_name_is_handled(app, commit, event, kind, consumer):
    commit(make_user, "operator"), commit(make_user, "reviewer")
    if event == "reviews.ask":
        thing = commit(make_review).id
    else:
        thing = commit(make_record, status="unknown", next_retry_at=None).id
    key = old_delivery(event, thing, consumer)
    commit(lambda: db.session.execute(sa.delete(Notification)))
    JOBS["audit.deliver_event"].run(str(key), consumer)
    handled = sa.select(EventDelivery.handled_at).where(EventDelivery.event_id == key)
    assert commit(lambda: db.session.scalars(handled).one())
    assert kind in commit(lambda: db.session.scalars(sa.select(Notification.kind)).all())


def test_the_job_that_delivers_events_is_known_by_its_former_name(app):
    data = json.dumps([queue.PERFORM, None, ["audit.react", str(uuid.uuid4()), "reviews.supersede"], {}]).encode()
    assert parse_call(data)[0] == "audit.deliver_event"


def test_an_account_that_was_renamed_by_the_desk_of_before(app, as_user, commit):
    commit(record, "vault.rename", ("platform_credentials", "7"), label="Old rename")
    assert words.sentence("vault.rename") == "Account renamed" and words.icon("vault.rename") == "pencil"
    assert "Old rename" in as_user("admin").get("/audit?action=accounts.set_name").text


def test_the_settings_page_still_says_who_changed_a_setting(as_user, commit):
    commit(record, "operations.set", ("system_config", "review.quorum"), label="review.quorum", value=[1, 2])
    assert "changed it" in as_user("admin").get("/settings").text


@pytest.mark.parametrize("path", ["sessions/revoke-others", "second-factor/start"])
def test_after_signing_in_again_a_form_of_a_former_address_leads_to_a_page(app, commit, path):
    user, browser = commit(make_user, "editor"), app.test_client()
    to = browser.post(f"/account/{path}", headers={"Referer": "http://localhost/account/sessions"}).location
    form = {"email": user.email, "password": PASSWORD}
    assert browser.post(to, data=form, follow_redirects=True).status_code == 200


def test_an_address_with_raw_bytes_is_no_fault_of_the_desk(as_user):
    answer = as_user("viewer").get("/account", environ_overrides={"QUERY_STRING": "x=\xff"})
    assert answer.status_code == 308 and answer.location == "/me?x=%FF"


def test_a_list_that_a_former_name_narrows_says_so(as_user, commit):
    commit(record, "accounts.change_role", ("users", "7"), label="Old role")
    page = as_user("admin").get("/audit?action=accounts.change_role").text
    assert re.search(r'<option value="staff.change_role" selected', page)


@pytest.mark.parametrize(("start", "move", "to"), [("0028", upgrade, "0029"), ("0030", downgrade, "0028")])
def test_the_migration_bears_both_names(empty, start, move, to):
    """A clock of before ticks on after it, or one of today has ticked before it: the row is there under both names."""
    upgrade(revision=start)
    both = "INSERT INTO schedule_runs (name, started_at) VALUES ('vault.tend', now()), ('accounts.check_due', now())"
    with db.engine.begin() as link:
        link.execute(sa.text(both))
    db.engine.dispose()
    move(revision=to)
