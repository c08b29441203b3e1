"""The verbs of the room, by noun."""

from __future__ import annotations

from app.staff.actions.account_mail import delete_old_account_mails
from app.staff.actions.guards import forget_old
from app.staff.actions.invites import accept_invite, invite, renew_invite, withdraw_invite
from app.staff.actions.passwords import ask_for_link, make_reset, set_password, use_reset
from app.staff.actions.preferences import choose, choose_zone
from app.staff.actions.second_factor import (
    confirm_by_code,
    confirm_factor,
    confirm_session,
    record_half_way,
    remove_factor,
    renew_codes,
    reseal_factors,
    reset_factor,
    start_factor,
    use_code,
)
from app.staff.actions.sessions import end_session, open_session, revoke_others, revoke_session, touch
from app.staff.actions.sign_in import begin_code, begin_confirmation, begin_sign_in, fail_attempt, pass_attempt
from app.staff.actions.staff import change_role, create_staff, reactivate, rename, suspend, unlock

__all__ = [
    "accept_invite", "ask_for_link", "begin_sign_in", "begin_confirmation", "begin_code", "confirm_by_code", "confirm_factor", "confirm_session",
    "delete_old_account_mails", "record_half_way", "remove_factor", "renew_codes", "reseal_factors", "reset_factor",
    "start_factor", "use_code", "change_role", "choose", "choose_zone",
    "create_staff", "end_session", "fail_attempt", "forget_old",
    "invite", "make_reset", "open_session", "reactivate", "rename", "renew_invite", "revoke_others", "revoke_session",
    "set_password", "pass_attempt", "suspend", "touch", "unlock", "use_reset", "withdraw_invite",
]  # fmt: skip
