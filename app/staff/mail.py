"""Mailing the links of invitations and new passwords, where SMTP_URL is set. Without it an admin hands them over.

1. take one open link that has not been mailed, and say so in its row    (a transaction)
2. hand the mail over, with no transaction open
3. write down what came of it                                           (a transaction)

A link is mailed at most once: when the worker dies in between, the row says what is to be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app

from app.audit import actions as audit
from app.core.db import app_now, db
from app.core.transactions import outbound_allowed, transaction
from app.environment import Environment
from app.outbound.mail import Mailer, Sent
from app.staff.links import make_token
from app.staff.models import AccountMail, PasswordReset, StaffInvite, User
from app.staff.queries.links import INVITE, RESET, is_current
from app.staff.queries.people import by_id

FRESH = timedelta(hours=1)
"""Older links are not mailed any more: mail that was set up today does not dig out last week's invitations."""
HAND_OVER = "Hand the link over yourself."
INTERRUPTED = f"The mail was under way when the worker stopped. {HAND_OVER}"

ACCOUNT_MAILS = {
    "password_changed": ("Your password was changed", "Your password was changed, and all other sessions have ended."),
    "factor_on": ("Your second factor is set up", "An authenticator now stands beside your password."),
    "factor_off": (
        "Your second factor was removed",
        "Your authenticator is no longer asked for: your password alone lets in.",
    ),
    "factor_reset": (
        "An admin removed your second factor",
        "An admin removed your authenticator: your password alone lets in.",
    ),
    "codes_renewed": ("New recovery codes", "New recovery codes were made; the old ones work no more."),
    "recovery_used": ("A recovery code was used", "Somebody signed in as you with one of your recovery codes."),
}
"""Kind → subject and first words of a mail to a person about their own account."""


@dataclass(frozen=True)
class Message:
    """A mail and the row whose link it carries. Lives in memory only."""

    row: StaffInvite | PasswordReset | AccountMail
    to: str
    subject: str
    text: str


def is_on() -> bool:
    """Whether this desk sends mail."""
    return bool(_settings().smtp_url)


def desk_name() -> str:
    """The host that people type: it is no password."""
    return urlsplit(_settings().url).hostname or ""


def mail_links() -> int:
    """Mail what waits. Returns how many mails were handed over."""
    if not is_on():
        return 0
    settings, count = _settings(), 0
    mailer = Mailer(settings.smtp_url or "", sender=_sender(settings), outbound_allowed=outbound_allowed)
    while message := transaction(_take):
        sent = mailer.send(message.to, message.subject, message.text)
        transaction(_note, message, sent)
        count += sent.outcome == "yes"
    return count


def _take() -> Message | None:
    for model, ended, write in (
        (StaffInvite, StaffInvite.accepted_at, _invitation),
        (PasswordReset, PasswordReset.used_at, _new_password),
    ):
        waits = sa.and_(
            model.mailed_at.is_(None),
            model.mail_error.is_(None),
            model.revoked_at.is_(None),
            ended.is_(None),
            model.expires_at > app_now(),
            model.updated_at > app_now() - FRESH,
        )
        found = sa.select(model).where(waits).limit(1).with_for_update(skip_locked=True, of=model)
        if model is PasswordReset:
            found = found.join(User, User.id == PasswordReset.user_id).where(is_current())
        row = db.session.scalar(found)
        if row is not None:
            row.mail_error = INTERRUPTED
            return write(row)
    return _account_mail()


def _account_mail() -> Message | None:
    waits = sa.and_(
        AccountMail.mailed_at.is_(None),
        AccountMail.mail_error.is_(None),
        AccountMail.updated_at > app_now() - FRESH,
    )
    row = db.session.scalar(sa.select(AccountMail).where(waits).limit(1).with_for_update(skip_locked=True))
    if row is None:
        return None
    row.mail_error = INTERRUPTED
    subject, text = ACCOUNT_MAILS[row.kind]
    at = f"{row.created_at:%d %B %Y, %H:%M} UTC"
    text = f"{text} It happened at the desk {_settings().url} on {at}.\n\nIf it was not you, tell an admin of your desk at once.\n"
    return Message(row, by_id(row.user_id).email, subject, text)


def _note(message: Message, sent: Sent) -> None:
    row = db.session.merge(message.row)
    if sent.outcome == "yes":
        row.mailed_at, row.mail_error = app_now(), None
        audit.record("staff.mailed", row, label=message.to)
        return
    maybe = "It may have arrived all the same. " if sent.outcome == "unknown" else ""
    row.mail_error = f"{sent.message[:300]}. {maybe}{HAND_OVER}"
    audit.record("staff.not_mailed", row, label=message.to, severity="warning", note=sent.message[:300])


def _invitation(row: StaffInvite) -> Message:
    by = f"{by_id(row.invited_by).full_name} invites you" if row.invited_by else "You are invited"
    link = _link("staff.accept_invite", make_token(row, INVITE))
    text = (
        f"{by} to the Pressroom desk at {_settings().url} as {row.role}.\n\n"
        f"Choose your name and password here:\n{link}\n\n{_until(row)} If you do not know this desk, do nothing.\n"
    )
    return Message(row, row.email, "Your place on the Pressroom desk", text)


def _new_password(row: PasswordReset) -> Message:
    link = _link("staff.reset_password", make_token(row, RESET))
    who = "An admin made you" if row.created_by else "Somebody asked on the sign-in page for"
    text = (
        f"{who} a link for a new password at {_settings().url}:\n{link}\n\n{_until(row)} "
        "Your old password works until then. If you did not ask for it, tell your admin.\n"
    )
    return Message(row, by_id(row.user_id).email, "A new password for the Pressroom desk", text)


def _until(row: StaffInvite | PasswordReset) -> str:
    return f"The link works once, until {row.expires_at:%d %B %Y, %H:%M} UTC."


def _link(endpoint: str, token: str) -> str:
    path: str = current_app.url_map.bind("desk").build(endpoint, {"token": token})
    return _settings().url + path


def _sender(settings: Environment) -> str:
    """The address that signs in at the mail server where it is one, else the first admin's."""
    user = unquote(urlsplit(settings.smtp_url or "").username or "")
    return f"Pressroom <{user if '@' in user else settings.admin_email}>"


def _settings() -> Environment:
    found: Environment = current_app.config["ENVIRONMENT"]
    return found
