"""Forms: WTForms as this app uses them. `submit` is the one way from a form to a verb and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from flask import Response, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import Field
from wtforms.fields import SelectChoice

from app.core.db import db
from app.lib.errors import Invalid, PressroomError
from app.web import unstorable
from app.web.pages import back_to

TRANSLATIONS = {
    "Not a valid datetime value.": "Enter a day and a time, like 2027-03-28 09:30.",
    "Not a valid date value.": "Enter a day, like 2027-03-28.",
    "Not a valid time value.": "Enter a time, like 09:30.",
    "Not a valid week value.": "Enter a week, like 2027-W12.",
    "Not a valid integer value.": "Enter a whole number.",
    "Not a valid decimal value.": "Enter a number, like 1200.50.",
    "Not a valid float value.": "Enter a number, like 1200.50.",
    "Not a valid choice.": "Choose one of the list.",
    "Invalid Choice: could not coerce.": "Choose one of the list.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Choose some of the list.",
    "'%(value)s' is not a valid choice for this field.": "One of these is not in the list any more. Choose again.",
    "'%(value)s' are not valid choices for this field.": "Some of these are not in the list any more. Choose again.",
    "This field is required.": "Fill this in.",
    "Field must be equal to %(other_name)s.": "The two are not the same. Type it again.",
    "Field must be at least %(min)d character long.": "Enter at least %(min)d character.",
    "Field must be at least %(min)d characters long.": "Enter at least %(min)d characters.",
    "Field cannot be longer than %(max)d character.": "At most %(max)d character fits. Shorten it.",
    "Field cannot be longer than %(max)d characters.": "At most %(max)d characters fit. Shorten it.",
    "Field must be exactly %(max)d character long.": "Enter exactly %(max)d character.",
    "Field must be exactly %(max)d characters long.": "Enter exactly %(max)d characters.",
    "Field must be between %(min)d and %(max)d characters long.": "Enter %(min)d to %(max)d characters.",
    "Number must be at least %(min)s.": "Enter %(min)s or more.",
    "Number must be at most %(max)s.": "Enter %(max)s or less.",
    "Number must be between %(min)s and %(max)s.": "Enter a number from %(min)s to %(max)s.",
    "Date must be at least %(min)s.": "Enter %(min)s or a later day.",
    "Date must be at most %(max)s.": "Enter %(max)s or an earlier day.",
    "Date must be between %(min)s and %(max)s.": "Enter a day from %(min)s to %(max)s.",
    "Invalid input.": "This cannot be read. Look at it again.",
}
"""What WTForms says by itself → what the desk says instead: what to do."""


def options(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """(value, what people read) as the choices of a field."""
    return [SelectChoice(value, label) for value, label in pairs]


class _Translations:
    """WTForms asks here for each of its sentences."""

    def gettext(self, text: str) -> str:
        return TRANSLATIONS.get(text, text)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.gettext(singular if count == 1 else plural)


@contextmanager
def attempt() -> Iterator[None]:
    """A verb that may refuse: what it did is in the database at the end, or taken back; the refusal goes on to the caller."""
    try:
        yield
        db.session.flush()
    except PressroomError:
        db.session.rollback()
        raise


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose text fields are trimmed and rid of NUL bytes; `fail` puts a verb's complaint beside its field."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            given = list(unbound_field.kwargs.get("filters", []))
            if issubclass(unbound_field.field_class, TEXT) and not issubclass(unbound_field.field_class, SECRET):
                given.append(_clean)
                _limit_length(unbound_field)
            unbound_field.kwargs["filters"] = given
            return unbound_field.bind(form=form, **options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Typed fields alone: an upload under the name of a text field is no text (views read uploads from the request), and
            JSON is no form: it has no fields, so what they say is missing is said."""
            if request and request.is_json and not isinstance(formdata, MultiDict):
                return MultiDict()
            given = super().wrap_formdata(form, formdata)
            return request.form if isinstance(given, CombinedMultiDict) else given

        def get_translations(self, form: Any) -> Any:
            return _Translations()

    def fail(self, errors: dict[str, str]) -> None:
        """Show each message under its field; what belongs to no field goes to the summary on top."""
        for name, message in errors.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, message]
            else:
                self.form_errors.append(message)


class PlainForm(Form):
    """Only the CSRF token: a button."""


from wtforms import DecimalField, PasswordField, StringField, TextAreaField  # noqa: E402  (after the class that filters them)
from wtforms.validators import Length  # noqa: E402  (beside the fields it bounds)

TEXT = (StringField, TextAreaField)
SECRET = (PasswordField,)


MAX_TEXT = 5_000
"""Characters of a text field that names no maximum of its own."""


def _limit_length(field: Any) -> None:
    """No text field is without a maximum; `field` is unbound, as the class declares it."""
    given = field.args[1] if len(field.args) > 1 else field.kwargs.get("validators") or ()
    if not any(isinstance(v, Length) for v in given):
        most = Length(max=MAX_TEXT, message=f"At most {MAX_TEXT:,} characters fit. Shorten it.")
        if len(field.args) > 1:
            field.args = (field.args[0], [*given, most], *field.args[2:])
        else:
            field.kwargs["validators"] = [*given, most]


def _clean(value: Any) -> Any:
    """A field that the request does not name keeps what the page gave it, which may be a number where text is bounded."""
    value = str(value) if isinstance(value, int) else value
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


class Amount(DecimalField):  # type: ignore[misc]
    """A decimal number. Decimal also takes "NaN", "sNaN" and "Infinity", which compare with nothing and no column means."""

    data: Decimal | None

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(self.gettext("Not a valid decimal value."))


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
        return reject(again)
    try:
        result = act(form)
        db.session.flush()
    except Invalid as error:
        db.session.rollback()
        form.fail(error.errors)
        return reject(again)
    except unstorable.ERRORS as error:
        if (message := unstorable.message(error)) is None:
            raise
        db.session.rollback()
        form.fail({"": message})
        return reject(again)
    return back_to(_resolve(then, result) or request.path, _resolve(toast, result), _resolve(undo, result))


def reject(again: Callable[[], Response]) -> Response:
    """The page once more, as what was entered cannot be accepted."""
    response = again()
    response.status_code = 422
    return response


def _resolve(value: str | Callable[[Any], str] | None, result: Any) -> str | None:
    return value(result) if callable(value) else value
