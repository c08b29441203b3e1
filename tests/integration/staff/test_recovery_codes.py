"""A recovery code is its owner's."""

from __future__ import annotations

import uuid

import pyotp

from app.lib import clock
from app.staff import actions
from app.staff.actions.second_factor import unseal_secret
from app.staff.queries import by_id
from tests.factories import make_user


def codes_of(commit, user):
    """The recovery codes of somebody who has just set up a second factor."""
    commit(actions.start_factor, user.id)
    secret = commit(lambda: unseal_secret(by_id(user.id)))
    return commit(actions.confirm_factor, user.id, pyotp.TOTP(secret).at(clock.now()), uuid.uuid4())


def test_a_recovery_code_opens_the_door_of_its_owner_and_of_nobody_else(app, commit):
    mara, tomas = (commit(make_user, role="editor") for _ in range(2))
    codes = codes_of(commit, mara)
    codes_of(commit, tomas)
    assert commit(actions.use_code, tomas.id, codes[0]) is None
    assert commit(actions.use_code, mara.id, codes[0]) == "a recovery code"
