"""The desk is never without an admin who can sign in."""

from __future__ import annotations

import pytest

from app.lib.errors import Conflict
from app.staff import actions
from app.staff.queries import by_id
from tests.factories import make_user


def test_an_admin_who_is_suspended_is_no_second_one(app, commit):
    """Who would let them in again?"""
    last, gone = (commit(make_user, role="admin") for _ in range(2))
    commit(lambda: actions.suspend(by_id(gone.id)))
    for end in (lambda: actions.change_role(by_id(last.id), "viewer"), lambda: actions.suspend(by_id(last.id))):
        with pytest.raises(Conflict, match="last active admin"):
            commit(end)
