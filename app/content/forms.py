"""The composer's form: no fields of its own (see composer_input.py), but the app's CSRF and its way of being refused."""

from __future__ import annotations

from datetime import datetime

from app.content.composer_input import ComposerInput
from app.content.secret_check import find_secret
from app.lib import local_time
from app.lib.errors import Invalid
from app.web.forms import Form


class ComposerForm(Form):
    """`wrong` maps a field's name to its message."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: dict[str, str] = {}

    def fail(self, errors: dict[str, str]) -> None:
        """Each message goes beside its field by name."""
        self.wrong.update(errors)


def planned_moment(entry: ComposerInput, default_on: str = "") -> datetime | None:
    """The typed plan as one moment; None when nothing is planned. Raises Invalid beside the field to blame."""
    if not entry.plan_on and not entry.plan_at:
        return None
    try:
        return local_time.moment(entry.plan_on, entry.plan_at, entry.plan_zone, entry.plan_which)
    except local_time.WrongTime as wrong:
        raise Invalid({"plan_which" if wrong.twice else "plan_at": str(wrong)}) from None


def guard_secret(entry: ComposerInput) -> None:
    """Ask before a text that looks like a secret is kept. Raises Invalid."""
    if not entry.confirmed and (kind := find_secret(entry.payload)):
        raise Invalid(
            {
                "confirm_secret": f"This looks like {kind}. Secrets belong to Accounts, never into a text that goes out. Remove it, or confirm."
            }
        )
