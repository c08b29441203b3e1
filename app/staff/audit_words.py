"""What staff do about themselves and each other, in people's words."""

from __future__ import annotations

from app.audit.words import Words, declare

declare(
    "staff",
    {
        "set_password": Words("Password changed", "lock"),
        "make_reset": Words("Password link made", "link"),
        "ask_for_link": Words("Password link asked for", "mail"),
        "use_reset": Words("New password set with a link", "lock"),
        "sign_in": Words("Signed in", "user-check"),
        "sign_out": Words("Signed out", "logout"),
        "revoke_session": Words("Session ended", "logout"),
        "revoke_others": Words("All other sessions ended", "logout"),
        "factor_start": Words("Setting up a second factor begun", "lock"),
        "factor_dropped": Words("Setting up a second factor broken off", "lock-open"),
        "factor_sealed": Words("Second factor sealed under the newest key", "lock"),
        "half_way": Words("Password was right, a code is asked for", "lock"),
        "confirm": Words("Showed again that it is them", "user-check"),
        "factor_on": Words("Second factor set up", "lock", "ok"),
        "factor_off": Words("Second factor removed", "lock-open"),
        "factor_reset": Words("Second factor removed by an admin", "lock-open"),
        "codes_renewed": Words("New recovery codes made", "rotate-clockwise"),
        "recovery_used": Words("Signed in with a recovery code", "lock-open"),
        "invite": Words("Invited", "mail"),
        "renew_invite": Words("Invitation renewed", "mail"),
        "withdraw_invite": Words("Invitation withdrawn", "circle-minus"),
        "accept_invite": Words("Invitation accepted", "user-check", "ok"),
        "choose": Words("Preferences changed", "settings"),
        "create_staff": Words("Added to the staff", "user-plus", "ok"),
        "change_role": Words("Role changed", "user-check"),
        "rename": Words("Name changed", "pencil"),
        "suspend": Words("Suspended", "user-x"),
        "reactivate": Words("Reactivated", "user-check", "ok"),
        "unlock": Words("Sign-in unlocked", "lock-open"),
        "sign_in_failed": Words("Sign-in failed", "lock"),
        "locked_out": Words("Sign-in paused after too many failures", "lock"),
        "address_paused": Words("Network address paused after too many failed sign-ins", "lock"),
        "mailed": Words("Link mailed", "mail"),
        "not_mailed": Words("Link could not be mailed", "mail"),
    },
    nouns={
        "users": "Staff",
        "user_sessions": "Session",
        "staff_invites": "Invitation",
        "password_resets": "Password link",
    },
    formerly="accounts",
)
declare(
    "web",
    {
        "refused": Words("Access refused", "lock", "wait"),
    },
)
declare(
    "jobs",
    {
        "refuse": Words("A job that the desk did not make was refused", "lock", "bad"),
    },
)
