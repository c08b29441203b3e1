"""Settings of the desk: changed by an admin, checked against their declaration, each change recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.audit import actions as audit
from app.core import settings
from app.core.settings import SETTINGS, as_text
from app.lib.errors import Invalid


def change_settings(typed: Mapping[str, Any], before: Mapping[str, str]) -> list[str]:
    """Keep what differs from what the person saw. Returns the names that changed.

    `typed`: setting → text of its field; `before`: setting → the value the page was built with, as text.
    Raises Invalid by setting: a bad value, or one that somebody else changed meanwhile.
    """
    errors: dict[str, str] = {}
    fresh: dict[str, Any] = {}
    for name, raw in typed.items():
        if name not in SETTINGS:
            continue
        try:
            value = SETTINGS[name].parse(raw)
        except Invalid as wrong:
            errors |= wrong.errors
            continue
        current = settings.get(name)
        if as_text(value) == before.get(name, as_text(current)) or value == current:
            continue
        if before.get(name, as_text(current)) != as_text(current):
            errors[name] = f"Somebody changed this to {as_text(current)} meanwhile. Save again to overrule it."
        fresh[name] = value
    if errors:
        raise Invalid(errors)
    for name, value in fresh.items():
        old, new = settings.put(name, value)
        audit.record("operations.set", ("system_config", name), label=name, value=[old, new])
    return list(fresh)
