"""Forms of operations. The settings form is derived from what the rooms declare."""

from __future__ import annotations

from typing import Any

from wtforms import Field, HiddenField, SelectField, StringField

from app.core import settings
from app.core.settings import SETTINGS, Setting, as_text
from app.web.forms import Form, options


class SettingsForm(Form):
    """The base; `settings_form` adds a field per declared setting."""

    def texts(self) -> dict[str, Any]:
        """Setting → text."""
        return {name: _text(self[name]) for name in SETTINGS if name in self._fields}

    def before(self) -> dict[str, str]:
        """Setting → the value that the page was built with."""
        return {name: self[f"was-{name}"].data or "" for name in SETTINGS if name in self._fields}

    def show_current(self) -> None:
        """After a refusal the page shows what is in force now, so that saving again is a decision."""
        for name in SETTINGS:
            if name in self._fields:
                self[f"was-{name}"].data = as_text(settings.get(name))


def settings_form() -> SettingsForm:
    """One field per declared setting, and beside it, hidden, what it was when the page was built."""
    fields: dict[str, Any] = {}
    for name, setting in sorted(SETTINGS.items()):
        if setting.is_hidden:
            continue
        fields[name] = _field(setting)
        fields[f"was-{name}"] = HiddenField(default=as_text(settings.get(name)))
    kind = type("SettingsFormOfDesk", (SettingsForm,), fields)
    form: SettingsForm = kind()
    return form


def _field(setting: Setting) -> Field:
    label, current = setting.label, settings.get(setting.name)
    bounds = [
        f"{w} {value:g}"
        for w, value in (("at least", setting.minimum), ("at most", setting.maximum))
        if value is not None
    ]
    default = {True: "on", False: "off"}[setting.default] if setting.kind is bool else as_text(setting.default)
    help = f"{setting.help} Default: {default}{' ' + setting.unit if setting.unit else ''}{'; ' + ', '.join(bounds) if bounds else ''}."
    if setting.kind is bool:
        return SelectField(
            label,
            choices=options([("yes", "On"), ("no", "Off")]),
            default=as_text(current),
            description=help,
            validate_choice=False,
        )
    if setting.choices:
        return SelectField(
            label,
            choices=options((as_text(c), str(c).replace("_", " ").capitalize()) for c in setting.choices),
            default=as_text(current),
            description=help,
            validate_choice=False,
        )
    shape = {"inputmode": "numeric" if setting.kind is int else "decimal"} if setting.kind in (int, float) else {}
    return StringField(
        label + (f" ({setting.unit})" if setting.unit else ""),
        default=as_text(current),
        description=help,
        render_kw={**shape, "autocomplete": "off"},
    )


def _text(field: Field) -> str:
    return str(field.data if field.data is not None else "")
