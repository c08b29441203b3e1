"""Forms of operations. The settings form is derived from what the rooms declare."""

from __future__ import annotations

from typing import Any

from wtforms import Field, HiddenField, SelectField, StringField

from app.core import settings
from app.core.settings import SETTINGS, Setting
from app.operations.actions.settings import as_text
from app.web.forms import Form, options

HIDDEN = ("demo.",)
"""Prefixes of settings that the desk keeps for itself."""


class SettingsForm(Form):
    """The base; `settings_form` adds a field per declared setting."""

    def typed(self) -> dict[str, Any]:
        """Setting → text."""
        return {name: _text(self[name]) for name in SETTINGS if name in self._fields}

    def seen(self) -> dict[str, str]:
        """Setting → the value that the page was built with."""
        return {name: self[f"was-{name}"].data or "" for name in SETTINGS if name in self._fields}

    def look_again(self) -> None:
        """After a refusal the page shows what is in force now, so that saving again is a decision."""
        for name in SETTINGS:
            if name in self._fields:
                self[f"was-{name}"].data = as_text(settings.get(name))


def settings_form() -> SettingsForm:
    """One field per declared setting, and beside it, hidden, what it was when the page was built."""
    fields: dict[str, Any] = {}
    for name, one in sorted(SETTINGS.items()):
        if name.startswith(HIDDEN):
            continue
        fields[name] = _field(one)
        fields[f"was-{name}"] = HiddenField(default=as_text(settings.get(name)))
    kind = type("SettingsFormOfDesk", (SettingsForm,), fields)
    form: SettingsForm = kind()
    return form


def _field(one: Setting) -> Field:
    label, current = label_of(one.name), settings.get(one.name)
    bounds = [
        f"{w} {value:g}" for w, value in (("at least", one.minimum), ("at most", one.maximum)) if value is not None
    ]
    default = {True: "on", False: "off"}[one.default] if one.kind is bool else as_text(one.default)
    help = f"{one.help} Default: {default}{' ' + one.unit if one.unit else ''}{'; ' + ', '.join(bounds) if bounds else ''}."
    if one.kind is bool:
        return SelectField(
            label,
            choices=options([("yes", "On"), ("no", "Off")]),
            default=as_text(current),
            description=help,
            validate_choice=False,
        )
    if one.choices:
        return SelectField(
            label,
            choices=options((as_text(c), str(c).replace("_", " ").capitalize()) for c in one.choices),
            default=as_text(current),
            description=help,
            validate_choice=False,
        )
    shape = {"inputmode": "numeric" if one.kind is int else "decimal"} if one.kind in (int, float) else {}
    return StringField(
        label + (f" ({one.unit})" if one.unit else ""),
        default=as_text(current),
        description=help,
        render_kw={**shape, "autocomplete": "off"},
    )


LABELS = {
    "staff.ip_failures": "Failed sign-ins per network address",
    "staff.lock_failures": "Failed sign-ins per address",
    "staff.lock_minutes": "Sign-in is paused for",
    "staff.lock_window_minutes": "Failures count for",
    "staff.idle_minutes": "A session ends when unused for",
    "staff.session_hours": "A session lasts at most",
    "staff.invite_days": "An invitation works for",
    "staff.reset_hours": "A password link works for",
    "publishing.late_limit_hours": "A post is late after",
    "publishing.max_retries": "Retries",
    "publishing.on_absent": "When a post is surely not there",
    "reviews.expires_after_days": "A review request expires after",
    "reviews.self_approval": "Self-approval",
    "accounts.breaker_after": "Failures that open the breaker",
    "accounts.breaker_minutes": "An open breaker rests for",
    "accounts.expiry_notice_days": "Warn before a sign-in ends",
    "accounts.verify_every_hours": "Check accounts every",
}


def label_of(name: str) -> str:
    """`accounts.breaker_after` in words; a setting without a line above is called by its own name, its unit left off."""
    words = name.partition(".")[2].split("_")
    if len(words) > 1 and words[-1] == SETTINGS[name].unit:
        words.pop()
    plain = " ".join(words)
    return LABELS.get(name, plain[:1].upper() + plain[1:])


def _text(field: Field) -> str:
    return str(field.data if field.data is not None else "")
