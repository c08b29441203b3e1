"""The place of a row in an ordered list as text for an address, and the condition "beyond that row".

In: rows whose sort values and key are labelled `_key_0`, `_key_1` …. Out: URL-safe text, or typed values. What cannot be read
means nothing: None. A place that begins with `WITH` means the row and what is beyond it.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

PREFIX = "_key_"
WITH = "~"
LONGEST = 3_000
"""Characters of a place: a title of 300 characters in any script, and what is beside it."""


class Place(NamedTuple):
    """The sort values of a row; `itself`: that row belongs to what is beyond."""

    values: list[Any]
    itself: bool


def encode(row: Any) -> str:
    """The place of this row."""
    keys = [_plain(value) for name, value in row._mapping.items() if str(name).startswith(PREFIX)]
    return base64.urlsafe_b64encode(json.dumps(keys, ensure_ascii=False).encode()).decode().rstrip("=")


def across(text: str) -> str:
    """The place from which one looks the other way and misses nothing: with the row, where the first look was without it."""
    return text.removeprefix(WITH) if text.startswith(WITH) else WITH + text


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID | Decimal) else value


def _type(column: Any) -> Any:
    """The column's type; functions that SQLAlchemy has no type for, such as lower(), give text here."""
    return sa.Text() if isinstance(column.type, sa.types.NullType) else column.type


def read(text: str | None, columns: Sequence[Any]) -> Place | None:
    """A place, its values typed as the columns are."""
    if not text or len(text) > LONGEST:
        return None
    bare = text.removeprefix(WITH)
    try:
        values = json.loads(base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)))
        typed = [_parse(value, column) for value, column in zip(values, columns, strict=True)]
        return Place(typed, itself=bare != text)
    except (ValueError, TypeError, AttributeError, NotImplementedError):
        return None


def _parse(value: Any, column: Any) -> Any:
    """Raises ValueError, also for text that the database cannot hold."""
    kind = _type(column).python_type
    if kind is str:
        if "\x00" in value:
            raise ValueError("no text of the database")
        value.encode()  # half a character is none
        return value
    return datetime.fromisoformat(value) if kind is datetime else kind(value)


def beyond(columns: Sequence[Any], at: Sequence[Any], sign: str) -> sa.ColumnElement[bool]:
    """Rows on one side of a row, as one comparison that an index answers."""
    there = sa.tuple_(*(sa.literal(value, _type(column)) for value, column in zip(at, columns, strict=True)))
    made: sa.ColumnElement[bool] = sa.tuple_(*columns).op(sign, is_comparison=True)(there)
    return made
