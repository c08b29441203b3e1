"""Before and after, made fit to be kept: JSON values, secrets replaced whole, long texts cut. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from app.lib import redact
from app.lib.secrets import is_secret_name
from app.lib.storable import storable

HIDDEN = "•••"
LONGEST = 2_000  # characters of one value; the version or the attempt keeps the whole


def tidy(changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{field: [old, new]} or {field: new} → JSON. Values of secret fields are hidden whole, at any depth."""
    return {short(field): [_value(field, old), _value(field, new)] for field, (old, new) in map(_pair, changes.items())}


def _pair(item: tuple[str, Any]) -> tuple[str, tuple[Any, Any]]:
    field, value = item
    if isinstance(value, list | tuple) and len(value) == 2:
        return field, (value[0], value[1])
    return field, (None, value)


def _value(field: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if is_secret_name(field):
        return HIDDEN
    if isinstance(value, Mapping):
        return {short(str(k)): _value(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value("", v) for v in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return short(redact.text(str(value)))


def short(text: str, longest: int = LONGEST) -> str:
    """The text without what PostgreSQL does not keep (NULs, halves of a character), cut with a mark that says how much is
    missing: an act must not fail because of a text that is only told of."""
    text = storable(text)
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest:,} more)"
