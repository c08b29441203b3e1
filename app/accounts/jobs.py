"""Jobs of the room."""

from __future__ import annotations

from app.accounts import actions, mailing
from app.core.queue import job
from app.core.work import step


@job("accounts.forget_old")
def forget_old() -> None:
    """Each hour, by the clock: guards that have said nothing for a day, letters of a month ago."""
    step(actions.forget_old)
    step(actions.forget_letters)


@job("accounts.mail_links")
def mail_links() -> None:
    """When a link was made, and each minute: mail the links that wait, where the desk sends mail."""
    mailing.mail_links()
