"""Forms of reviews. The decision form carries what its page showed: version, plan, composed words."""

from __future__ import annotations

from datetime import datetime

from wtforms import BooleanField, DateTimeLocalField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from app.lib import clock, local_time
from app.lib.errors import Invalid
from app.reviews.rules import REASONS, SENTENCE_MAX
from app.web.forms import Form
from app.web.zone_field import ShownZone

TOO_LONG = f"At most {SENTENCE_MAX:,} characters are kept. Shorten it."


class DecisionForm(Form):
    """Approve, reject, request changes."""

    decision = HiddenField()
    artifact_id = HiddenField()
    content_hash = HiddenField()
    plan_hash = HiddenField()
    shown_hash = HiddenField()
    schedule = HiddenField()
    came_at = HiddenField()
    reason = RadioField("Main reason", [Optional()], choices=REASONS, validate_choice=False)
    note = TextAreaField("What should change?")


class AskForm(Form):
    """Ask for a review: posted by the content page."""

    content_id = HiddenField()
    artifact_id = HiddenField()
    note = TextAreaField(
        "What changed, and what should the reviewer look at?", [Length(max=SENTENCE_MAX, message=TOO_LONG)]
    )
    due_at = DateTimeLocalField("Decide by", [Optional()], format=list(local_time.FORMATS))
    zone = ShownZone()
    assigned_to = SelectField("Reviewer", [Optional()], choices=[], validate_choice=False)

    def due(self) -> datetime | None:
        """The moment of the typed local time, in the zone that the page showed. Raises Invalid for an hour that clocks skip, and for years ahead."""
        typed = self.due_at.data
        if typed is None:
            return None
        try:
            found = local_time.moment_of(typed, self.zone.where)
        except local_time.WrongTime as wrong:
            raise Invalid({"due_at": str(wrong)}) from None
        if local_time.too_far(found, clock.now()):
            raise Invalid({"due_at": local_time.TOO_FAR})
        return found


class CommentForm(Form):
    """A remark beside the decision."""

    body = TextAreaField("Comment")
    internal = BooleanField("Only for reviewers")
