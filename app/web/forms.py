"""Forms: WTForms with the house's manners. `submit` is the one way from a form to a verb and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_wtf import FlaskForm
from wtforms import Field

from app.core.db import db
from app.ground.errors import Invalid
from app.web.pages import back_to

WORDS = {
    "Not a valid datetime value.": "Enter a day and a time, like 2027-03-28 09:30.",
    "Not a valid date value.": "Enter a day, like 2027-03-28.",
    "Not a valid time value.": "Enter a time, like 09:30.",
    "Not a valid integer value.": "Enter a whole number.",
    "Not a valid decimal value.": "Enter a number, like 1200.50.",
    "Not a valid choice.": "Choose one of the list.",
}


class _Words:
    """What WTForms says by itself, in the house's words: what to do."""

    def gettext(self, text: str) -> str:
        return WORDS.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose text fields are trimmed and rid of NUL bytes; `fail` puts a verb's complaint beside its field."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            given = list(unbound_field.kwargs.get("filters", []))
            if issubclass(unbound_field.field_class, TEXT) and not issubclass(unbound_field.field_class, SECRET):
                given.append(_clean)
                _bound(unbound_field)
            unbound_field.kwargs["filters"] = given
            return unbound_field.bind(form=form, **options)

        def get_translations(self, form: Any) -> Any:
            return _Words()

    def fail(self, errors: dict[str, str]) -> None:
        """Show each message under its field; what belongs to no field goes to the summary on top."""
        for name, message in errors.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, message]
            else:
                self.form_errors.append(message)


from wtforms import PasswordField, StringField, TextAreaField  # noqa: E402  (after the class that filters them)
from wtforms.validators import Length  # noqa: E402

TEXT = (StringField, TextAreaField)
SECRET = (PasswordField,)


MAX_TEXT = 5_000
"""Characters of a text field that names no maximum of its own."""


def _bound(field: Any) -> None:
    """No text field is without a maximum; `field` is unbound, as the class declares it."""
    given = field.args[1] if len(field.args) > 1 else field.kwargs.get("validators") or ()
    if not any(isinstance(v, Length) for v in given):
        most = Length(max=MAX_TEXT, message=f"At most {MAX_TEXT:,} characters fit. Shorten it.")
        if len(field.args) > 1:
            field.args = (field.args[0], [*given, most], *field.args[2:])
        else:
            field.kwargs["validators"] = [*given, most]


def _clean(value: Any) -> Any:
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


def submit(
    form: Form,
    act: Callable[[Form], Any],
    again: Callable[[], Response],
    then: str | Callable[[Any], str],
    toast: str | Callable[[Any], str] | None = None,
    undo: str | Callable[[Any], str] | None = None,
) -> Response:
    """Validate, act, go on.

    A field error, or `Invalid` from the verb, answers 422 with `again()`: the same template, everything typed kept.
    Success answers 303 (HX-Location for htmx) to `then`, with a message and a way back. `Conflict` and the other
    refusals pass on to `app.web.errors`.
    """
    if not form.validate_on_submit():
        return refused(again)
    try:
        result = act(form)
        db.session.flush()
    except Invalid as error:
        db.session.rollback()
        form.fail(error.errors)
        return refused(again)
    return back_to(_of(then, result) or request.path, _of(toast, result), _of(undo, result))


def refused(again: Callable[[], Response]) -> Response:
    """The page once more, as what was entered cannot be accepted."""
    response = again()
    response.status_code = 422
    return response


def _of(value: str | Callable[[Any], str] | None, result: Any) -> str | None:
    return value(result) if callable(value) else value
