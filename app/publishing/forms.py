"""Forms of publishing: when and where, another moment, the answer to an open question, a hold."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, TimeInput

from app.core.ids import parse_id
from app.lib import clock
from app.lib.errors import Invalid
from app.lib.local_time import FIRST, SECOND, TOO_FAR, YEARS, WrongTime, in_past, moment, too_far
from app.web import times
from app.web.forms import Form, options
from app.web.zone_field import ZoneField

WHICH = ((FIRST, "The first, earlier one"), (SECOND, "The second, later one"))
TYPED = "SEND AGAIN"


class Moment(Form):
    """A date and a time in a zone, as one moment. `which` settles an hour that comes twice."""

    on = StringField("Date", [Optional()], widget=DateInput())
    at = StringField("Time", [Optional()], widget=TimeInput())
    timezone = ZoneField("Time zone")
    which = RadioField("Which of the two?", choices=options(WHICH), default="", validate_choice=False)
    twice = False
    PASSED = "This moment has passed. Choose a later one."

    def chosen(self) -> datetime:
        """The moment. Raises Invalid for garbage, a gap (naming the next valid time), an unsettled fold, the past and
        what lies years ahead."""
        try:
            found = moment(self.on.data or "", self.at.data or "", self.timezone.data or "", self.which.data or "")
        except WrongTime as wrong:
            self.twice = wrong.twice
            raise Invalid({"which" if wrong.twice else "at": str(wrong)}) from None
        if in_past(found, clock.now()):
            raise Invalid({"at": self.PASSED})
        if too_far(found, clock.now()):
            raise Invalid({"on": TOO_FAR})
        return found

    def fill(self, when: datetime | None, zone: str) -> None:
        """Show a moment in a zone."""
        self.timezone.data = times.zone(zone).key
        if when is not None:
            local = when.astimezone(times.zone(zone))
            self.on.data, self.at.data = f"{local:%Y-%m-%d}", f"{local:%H:%M}"


class PublishForm(Moment):
    """Where to and when. `key` makes a double click, or the same form sent twice, one job."""

    accounts = SelectMultipleField(
        "Accounts", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False
    )
    timing = RadioField("When", choices=options([("now", "Now"), ("later", "At a time you choose")]), default="now")
    priority = SelectField("Priority", choices=options([("0", "Normal"), ("1", "High"), ("2", "Urgent")]), default="0")
    waive = BooleanField("Pass the accounts' gaps and daily caps this once")
    confirm_same_place = BooleanField("Post there twice")
    off_target = BooleanField("Also publish where the campaign does not")
    again = SelectMultipleField("Second posts", validate_choice=False)
    offered = HiddenField()
    key = HiddenField()
    PASSED = "This moment has passed. Choose a later one, or publish now."
    beside: Mapping[str, str] = {}

    def moment_or_now(self) -> datetime | None:
        """None: as soon as limits allow."""
        return self.chosen() if self.timing.data == "later" else None

    def zone_key(self) -> str:
        """The zone that the job keeps: "now" asks for none, so what is no zone becomes one that there is."""
        return times.zone(self.timezone.data or "UTC").key

    def account_ids(self) -> list[uuid.UUID]:
        """What was ticked. Raises Invalid for what is no id, and for what the page that was sent did not offer."""
        try:
            ticked = [uuid.UUID(key) for key in self.accounts.data or []]
        except ValueError:
            raise Invalid({"accounts": "One of these accounts does not exist. Tick the ones you want again."}) from None
        offered = (self.offered.data or "").split()
        strange = [key for key in ticked if offered and str(key) not in offered]
        if strange:
            said = "This account could not be ticked on the page you sent. Tick it here if you want it."
            raise Invalid({f"account:{key}": said for key in strange})
        return ticked

    def second_on(self) -> set[uuid.UUID]:
        """The accounts where a second post beside an earlier version is wanted."""
        return {key for key in map(parse_id, self.again.data or []) if key is not None}

    def fail(self, errors: dict[str, str]) -> None:
        """What belongs to one account stands beside it, and the group says that there is something."""
        self.beside = {
            name.removeprefix("account:"): said for name, said in errors.items() if name.startswith("account:")
        }
        super().fail({name: said for name, said in errors.items() if not name.startswith("account:")})
        if self.beside:
            super().fail({"accounts": "Nothing was published: see the accounts that are marked."})

    def idempotency(self, person: Any) -> str:
        """The key of this form as one person got it; made anew when it was tampered with."""
        try:
            return f"form:{person}:{uuid.UUID(str(self.key.data))}"
        except ValueError:
            return f"form:{person}:{uuid.uuid4()}"


def slot_of(text: str | None) -> datetime | None:
    """The slot that was chosen from the page; what is no moment with an offset means nothing."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo and at.year in YEARS else None


class MoveForm(Moment):
    """Another moment for a record that waits."""


class AnswerForm(Form):
    """The answer to "is this post out?". Sending again too early needs the words typed."""

    answer = RadioField("What did you see?", choices=options([
        ("there", "It is there"), ("send_again", "It is not there: send again"), ("give_up", "Give up: count it as not published"),
    ]), validators=[DataRequired("Choose one of the three answers.")])  # fmt: skip
    link = StringField("Link of the post", [Length(max=2000, message="This link is too long to be one.")])
    typed = StringField(f"Type {TYPED} to accept that a double may appear")
    is_early = False
    candidates: Sequence[str] = ()
    """Ids of posts that may be this one."""

    def is_confirmed(self) -> bool:
        """Whether the words were typed."""
        return " ".join((self.typed.data or "").split()).upper() == TYPED

    def validate(self, extra_validators: Any = None) -> bool:
        """A link for "there", the typed words for an early "send again"."""
        if not super().validate(extra_validators):
            return False
        if self.answer.data == "there" and not self.link.data:
            self.fail({"link": "Paste the link of the post, so that the record keeps its proof."})
        if self.answer.data == "send_again" and self.is_early and not self.is_confirmed():
            self.fail({"typed": f"The first one may still appear. Type {TYPED}, or wait until it surely cannot."})
        elif self.answer.data == "send_again" and self.candidates and not self.is_confirmed():
            self.fail({"typed": f"There is a post that may be this one. Look at it, then type {TYPED} if it is not."})
        return not self.errors


class WithdrawForm(Form):
    """Which of two posts goes. The choices are the two; what is no choice is refused where they are read again."""

    post = RadioField(
        "Withdraw", choices=[], validate_choice=False, validators=[DataRequired("Choose the one that goes.")]
    )


class HoldForm(Form):
    """Why everything stops."""

    note = TextAreaField("Why?", [
        DataRequired("Say why, in a sentence: the others see it on every waiting record."), Length(max=500, message="Keep it under 500 characters."),
    ])  # fmt: skip


class ReleaseForm(Form):
    """Why it may go on."""

    note = TextAreaField("Why may it go on?", [Length(max=500, message="Keep it under 500 characters.")])
