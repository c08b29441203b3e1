"""record(): one line in the transaction, by the current actor, fit to be kept."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from app.audit.actions import record
from app.audit.models import AuditEntry
from app.core import actor
from app.core.db import db
from tests.factories import make_user

MARA = actor.Actor(
    type="human", id="7", name="Mara Voss", role="reviewer", trace_id="t" * 32, ip="203.0.113.9", user_agent="Firefox"
)


def entries(**equal):
    return db.session.scalars(
        sa.select(AuditEntry).filter_by(**equal).order_by(AuditEntry.occurred_at, AuditEntry.id)
    ).all()


def test_it_keeps_who_what_before_and_after(commit):
    def act():
        user = make_user()
        record("staff.rename", user, full_name=["Old", "New"])
        return user

    with actor.acting(MARA):
        user = commit(act)
    (found,) = entries(action="staff.rename")
    assert (found.actor_type, found.actor_id, found.actor_name, found.trace_id) == ("human", "7", "Mara Voss", "t" * 32)
    assert (found.entity_type, found.entity_id, found.entity_label) == ("users", str(user.id), user.full_name)
    assert found.changes == {"full_name": ["Old", "New"]}
    assert str(found.ip_address) == "203.0.113.9" and found.success and found.severity == "info"


def test_it_is_lost_with_the_work(commit):
    def act():
        record("content.create", ("content_items", "1"))
        raise ValueError

    with pytest.raises(ValueError):
        commit(act)
    assert entries() == []


def test_a_new_row_gets_its_key_first(commit):
    def act():
        from app.lib import clock
        from app.staff.models import StaffInvite

        row = StaffInvite(email="x@y.example", role="viewer", nonce="n", expires_at=clock.now())
        db.session.add(row)
        return record("staff.invite", row)

    commit(act)
    (found,) = entries(action="staff.invite")
    assert uuid.UUID(found.entity_id)


def test_secrets_are_hidden_whole_and_long_texts_cut(commit):
    canary = "canary-5e1f-secret"
    commit(
        record, "accounts.connect", ("platform_credentials", "1"), password=["a", canary], credentials={"token": canary, "name": "desk"},
        configuration=[None, {"api_key": canary, "instance": "https://social.example"}], note="x" * 5000, body=["", "y" * 9000],
    )  # fmt: skip
    (found,) = entries()
    assert canary not in str(found.changes)
    assert found.changes["configuration"][1]["instance"] == "https://social.example"
    assert len(found.output_summary) < 2100 and len(found.changes["body"][1]) < 2100


def test_a_network_name_that_is_no_address_is_left_out(commit):
    with actor.acting(actor.Actor(ip="unix:")):
        commit(record, "web.refused")
    assert entries()[0].ip_address is None


def test_nul_bytes_do_not_break_it(commit):
    commit(record, "x.y", ("t", "1"), note="a\x00b", title=["\x00", "c\x00"], error="\x00")
    assert entries()[0].output_summary == "ab"
