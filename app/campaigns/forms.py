"""Forms of campaigns; choices come from the connectors and the state table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import (
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from app.campaigns.models import Campaign
from app.campaigns.queries import platform_choices
from app.lib import local_time
from app.lib.errors import Invalid
from app.web.forms import Amount, Form, options
from app.web.zone_field import ShownZone


class MultiCheckboxField(SelectMultipleField):
    """Several of a list, each with its own box: works on a phone and without JavaScript."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class CampaignForm(Form):
    """What a campaign is for and when it runs. Times are typed in the person's own zone."""

    name = StringField(
        "Name", [DataRequired("Give the campaign a name."), Length(max=200, message="At most 200 characters.")]
    )
    goal = TextAreaField(
        "Goal",
        [
            DataRequired("Say in a sentence what it should achieve."),
            Length(max=5000, message="At most 5,000 characters."),
        ],
    )
    target_platforms = MultiCheckboxField("Platforms", choices=lambda: options(platform_choices()))
    budget_cap = Amount(
        "Budget cap",
        [Optional(), NumberRange(0, Decimal("9999999999.99"), message="Enter an amount of 0 or more.")],
        places=2,
    )
    budget_currency = StringField(
        "Currency",
        [Optional(), Regexp("^[A-Za-z]{3}$", message="Enter a currency as three letters, like ETB.")],
        default="ETB",
    )
    start_time = DateTimeLocalField("Starts", [Optional()], format=list(local_time.FORMATS))
    end_time = DateTimeLocalField("Ends", [Optional()], format=list(local_time.FORMATS))
    lock_version = HiddenField()
    zone = ShownZone()

    def values(self, campaign: Campaign | None = None) -> Mapping[str, Any]:
        """What was typed, as the verbs want it: moments in UTC, money as Decimal. Raises Invalid for hours that a zone skips."""
        before = {name: getattr(campaign, name) if campaign else None for name in ("start_time", "end_time")}
        return {
            "name": self.name.data,
            "goal": self.goal.data,
            "target_platforms": sorted(self.target_platforms.data or []),
            "budget_cap": self.budget_cap.data if self.budget_cap.data is not None else Decimal(0),
            "budget_currency": (self.budget_currency.data or "ETB").upper(),
            "start_time": self._moment("start_time", before["start_time"]),
            "end_time": self._moment("end_time", before["end_time"]),
        }

    def _moment(self, name: str, before: datetime | None) -> datetime | None:
        """The moment of a field; one that shows what is stored already stays as it is, to the second."""
        typed, where = self[name].data, self.zone.where
        if typed and before and before.astimezone(where).replace(tzinfo=None, second=0, microsecond=0) == typed:
            return before
        return moment(typed, where, name)


class MoveForm(Form):
    """A move needs no more than a sentence for the history."""

    note = TextAreaField("Note", [Optional(), Length(max=500, message="At most 500 characters.")])


class ResumeForm(Form):
    """What to do with posts that became late during the pause."""

    late = RadioField(
        "Late posts",
        [Optional()],
        choices=options(
            [
                ("send_now", "Send them now"),
                ("reschedule", "Move them: the first goes out at"),
                ("cancel", "Cancel them"),
            ]
        ),
    )
    at = DateTimeLocalField("New time", [Optional()], format=list(local_time.FORMATS))
    zone = ShownZone()


def moment(local: datetime | None, where: ZoneInfo, field: str) -> datetime | None:
    """A typed local time as a moment in UTC, the first of two. Raises Invalid where clocks skip it, and for years out of range."""
    if local is None:
        return None
    if local.year not in local_time.YEARS:
        raise Invalid({field: local_time.OUT_OF_RANGE})
    try:
        return local_time.moment_of(local, where)
    except local_time.WrongTime as wrong:
        raise Invalid({field: str(wrong)}) from None
