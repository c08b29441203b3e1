"""Jobs of the room."""

from __future__ import annotations

from app.core.queue import job
from app.core.transactions import transaction
from app.staff import actions, mail


@job("staff.forget_old", formerly="accounts.forget_old")
def forget_old() -> None:
    """Each hour, by the clock: guards without a failure for a day, mails about accounts of a month ago."""
    transaction(actions.forget_old)
    transaction(actions.delete_old_account_mails)


@job("staff.mail_links", formerly="accounts.mail_links")
def mail_links() -> None:
    """When a link was made, and each minute: mail the links that wait, where the desk sends mail."""
    mail.mail_links()
