"""Forms of the calendar."""

from __future__ import annotations

from wtforms import DateField, HiddenField, RadioField, TimeField
from wtforms.validators import InputRequired, Optional

from app.web.forms import Form, options


class MoveForm(Form):
    """Another day and time for what waits in the calendar, in a named zone."""

    day = DateField("Day", validators=[InputRequired("Choose a day.")])
    time = TimeField("Time", validators=[InputRequired("Choose a time.")])
    which = RadioField(
        "This time comes twice",
        choices=options([("first", "The first"), ("second", "The second")]),
        validators=[Optional()],
    )
    zone = HiddenField()
    back = HiddenField()
