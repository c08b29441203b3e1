"""Forms of reviews. The decision form carries what its page showed: version, plan, composed words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from wtforms import BooleanField, DateTimeLocalField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from app.content import zones
from app.lib import clock
from app.lib.errors import Invalid
from app.reviews.rules import REASONS, SENTENCE_MAX
from app.web.forms import Form

LOCAL = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
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
    due_at = DateTimeLocalField("Decide by", [Optional()], format=LOCAL)
    assigned_to = SelectField("Reviewer", [Optional()], choices=[], validate_choice=False)

    def due(self, where: ZoneInfo) -> datetime | None:
        """The moment of the typed local time. Raises Invalid for what a zone skips or strikes twice, and for years ahead."""
        typed = self.due_at.data
        if typed is None:
            return None
        try:
            found = zones.moment(f"{typed.date()}", f"{typed:%H:%M}", where.key)
        except zones.WrongTime as wrong:
            said = "Choose a time before or after that hour."
            raise Invalid({"due_at": str(wrong).replace("Choose the first or the second.", said)}) from None
        if zones.too_far(found, clock.now()):
            raise Invalid({"due_at": zones.TOO_FAR})
        return found


class CommentForm(Form):
    """A remark beside the decision."""

    body = TextAreaField("Comment")
    internal = BooleanField("Only for reviewers")
