"""Forms of the room. The connect form is derived from the connector's SPEC: one field per secret and per setting."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from app.accounts import posting_rules
from app.accounts.connect_input import LONGEST_NAME, ConnectInput
from app.lib.secrets import in_field
from app.platforms.base import ConfigField, Platform, SecretField
from app.web.forms import Form, options
from app.web.zone_field import ZoneField

KEEP_HELP = "Leave empty to keep the one we have. "
OFF = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}


class ConnectForm(Form):
    """The part that every platform has; `connect_form` adds the rest. Values of secrets never leave the server again."""

    name = StringField(
        "Name on the desk",
        validators=[InputRequired("Enter a name, for example the account's handle."), Length(max=LONGEST_NAME)],
        description="How your team calls this account, for example its handle.",
        render_kw={**OFF, "maxlength": LONGEST_NAME},
    )

    def entry(self, spec: Platform) -> ConnectInput:
        """What was typed, as the verb takes it."""
        return ConnectInput(
            platform=spec.slug,
            name=self.name.data or "",
            secrets={s.name: self[f"secret_{s.name}"].data or "" for s in spec.secrets},
            configuration={c.name: self[f"config_{c.name}"].data for c in spec.configuration},
        )

    def fail(self, errors: dict[str, str]) -> None:
        """A secret that is asked for anew cannot be kept by leaving it empty: its help stops saying so."""
        for name in errors:
            if name.startswith("secret_") and name in self:
                self[name].description = self[name].description.removeprefix(KEEP_HELP)
        super().fail(errors)

    def forget_misplaced(self) -> None:
        """Empty plain fields that hold a secret by the looks of it: the page must not show it again."""
        for field in self:
            if (
                isinstance(field.data, str)
                and not isinstance(field, PasswordField | HiddenField)
                and in_field(field.data)
            ):
                field.data = ""


def connect_form(spec: Platform, keep: bool = False, current: dict[str, Any] | None = None) -> ConnectForm:
    """The form for one platform. `keep`: the account has secrets, so an empty field keeps them; `current`: its settings."""
    fields: dict[str, Any] = {f"secret_{secret.name}": _secret(secret, keep) for secret in spec.secrets}
    fields |= {f"config_{setting.name}": _setting(setting) for setting in spec.configuration}
    kind = type("ConnectFormOf" + spec.slug.title(), (ConnectForm,), fields)
    given = {f"config_{name}": value for name, value in (current or {}).items() if isinstance(value, str | int | bool)}
    form: ConnectForm = kind(data={**{f"config_{c.name}": c.default for c in spec.configuration}, **given})
    return form


def _secret(secret: SecretField, keep: bool) -> Field:
    keep_help = KEEP_HELP if keep else ""
    return PasswordField(
        secret.label,
        description=keep_help + secret.help,
        render_kw={**OFF, "autocomplete": "new-password", "data-1p-ignore": True, "data-lpignore": "true"},
    )


def _setting(setting: ConfigField) -> Field:
    common = {"label": setting.label, "description": setting.help}
    if setting.kind == "choice":
        return SelectField(choices=options(setting.choices), validate_choice=False, **common)
    if setting.kind == "bool":
        return BooleanField(**common)
    extra = {"inputmode": "url"} if setting.kind == "url" else {"inputmode": "numeric"} if setting.kind == "int" else {}
    return StringField(render_kw={**OFF, **extra}, **common)


class RenameForm(Form):
    """Another name on the desk."""

    name = StringField(
        "Name on the desk", validators=[InputRequired("Enter a name."), Length(max=LONGEST_NAME)], render_kw=OFF
    )


class PauseForm(Form):
    """Why it is paused, for whoever asks tomorrow."""

    why = StringField(
        "Reason", validators=[Length(max=200)], description="Shown on the account and beside every post it holds."
    )


class RulesForm(Form):
    """The posting rules. Empty fields mean: as the platform's own rule says."""

    version = HiddenField()
    slots = TextAreaField(
        "Slots", description="When this account likes to post, one line per set of days: “Mon, Thu 09:00 18:30”."
    )
    slots_zone = ZoneField("Time zone of the slots")
    max_per_day = IntegerField(
        "Most posts in 24 hours", validators=[Optional(), NumberRange(1, 1000, "Enter a number from 1 to 1,000.")]
    )
    min_gap = IntegerField(
        "Minutes between two posts",
        validators=[Optional(), NumberRange(0, 10080, "Enter 0 to 10,080 minutes (a week).")],
    )
    on_absent = RadioField(
        "If the platform shows that a post did not arrive",
        choices=options([("", "As the desk's setting says"), ("resend", "Send it again"), ("ask", "Ask a person")]),
        default="",
        validate_choice=True,
    )

    def validate_slots(self, field: Field) -> None:
        """Each line must be readable."""
        try:
            self.parsed = posting_rules.parse_slots(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def posting_rules(self) -> dict[str, Any]:
        """What was typed, as the verb takes it; without slots there is no zone to keep."""
        return {
            "slots": [list(slot) for slot in self.parsed],
            "slots_zone": self.slots_zone.data if self.parsed else None,
            "max_per_day": self.max_per_day.data,
            "min_gap": self.min_gap.data,
            "on_absent": self.on_absent.data or None,
        }
