"""D's trigger: what plain SQL changes on people is told too, and our own verbs are not told twice."""

from __future__ import annotations

import pytest

from app.staff import actions
from app.staff.queries import by_id
from tests.factories import make_user


def told(plain):
    columns = "action, actor_type, actor_id, actor_name, entity_id, changes, severity"
    return plain.execute(f"SELECT {columns} FROM audit_log WHERE tool_name = 'trigger' ORDER BY occurred_at").fetchall()


@pytest.fixture
def mara(commit):
    return commit(actions.create_staff, "mara@desk.example", "Mara Voss", "editor")


def test_our_own_verbs_are_not_told_twice(mara, commit, plain):
    commit(lambda: actions.change_role(by_id(mara.id), "reviewer"))
    assert told(plain) == []


def test_a_row_changed_by_hand_is_told(mara, plain):
    plain.execute("UPDATE users SET role = 'admin', password_hash = 'canary-hash' WHERE id = %s", (mara.id,))
    ((action, kind, who, name, key, changes, severity),) = told(plain)
    assert (action, kind, who, key, severity) == ("sql.update", "system", None, str(mara.id), "warning")
    assert name.startswith("SQL as ")
    assert changes == {"role": ["editor", "admin"], "password_hash": ["•••", "•••"], "door_epoch": [0, 1]}


def test_the_session_setting_says_who(mara, plain):
    plain.execute("SELECT set_config('app.current_user', 'dba.hana', false)")
    plain.execute("UPDATE users SET full_name = 'M. V.' WHERE id = %s", (mara.id,))
    assert told(plain)[0][1:4] == ("human", "dba.hana", "dba.hana")


def test_added_and_deleted_rows_are_told(plain, app):
    plain.execute("INSERT INTO users (email, username, full_name) VALUES ('x@y.example', 'x', 'X')")
    plain.execute("DELETE FROM users WHERE username = 'x'")
    assert [row[0] for row in told(plain)] == ["sql.insert", "sql.delete"]


def test_a_verb_that_forgot_to_record_is_told(commit, plain):
    commit(make_user, full_name="Nobody said so")
    assert [row[0] for row in told(plain)] == ["sql.insert"]


def test_touching_nothing_tells_nothing(mara, plain):
    plain.execute("UPDATE users SET role = role WHERE id = %s", (mara.id,))
    assert told(plain) == []
