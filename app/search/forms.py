"""Forms of search: a saved view."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from app.web.forms import Form


class SavedViewForm(Form):
    """A name for a list's filters."""

    name = StringField(
        "Name",
        validators=[
            InputRequired("Enter a name, like “Failed on Mastodon”."),
            Length(max=60, message="Use at most 60 characters."),
        ],
        render_kw={"maxlength": 60, "autocomplete": "off"},
    )
    is_shared = BooleanField("Everybody sees it")
    page = HiddenField()
    query = HiddenField()
