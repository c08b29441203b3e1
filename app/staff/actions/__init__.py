"""The verbs of the room, by noun."""

from __future__ import annotations

from app.staff.actions.guards import forget_old
from app.staff.actions.invites import accept_invite, invite, renew_invite, withdraw_invite
from app.staff.actions.letters import forget_letters
from app.staff.actions.passwords import ask_for_link, make_reset, set_password, use_reset
from app.staff.actions.preferences import choose
from app.staff.actions.second_factor import (
    confirm_by_code,
    confirm_factor,
    confirm_session,
    half_way,
    remove_factor,
    renew_codes,
    reseal_factors,
    start_factor,
    use_code,
)
from app.staff.actions.sessions import end_session, open_session, revoke_others, revoke_session, touch
from app.staff.actions.sign_in import begin, begin_again, begin_code, failed, succeeded
from app.staff.actions.staff import change_role, create_staff, reactivate, rename, suspend, unlock

__all__ = [
    "accept_invite", "ask_for_link", "begin", "begin_again", "begin_code", "confirm_by_code", "confirm_factor", "confirm_session",
    "forget_letters", "half_way", "remove_factor", "renew_codes", "reseal_factors", "start_factor", "use_code", "change_role", "choose",
    "create_staff", "end_session", "failed", "forget_old",
    "invite", "make_reset", "open_session", "reactivate", "rename", "renew_invite", "revoke_others", "revoke_session",
    "set_password", "succeeded", "suspend", "touch", "unlock", "use_reset", "withdraw_invite",
]  # fmt: skip
