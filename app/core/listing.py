"""Every list is one `Listing`: filters and search from the query string, keyset paging, the same rows as CSV.

The cursor is the sort value and the key of the last row, so page 4,000 costs what page 1 costs and a row that
arrives meanwhile moves nothing. Sort columns must not be null (coalesce them in the listing).
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import sqlalchemy as sa

from app.core.db import app_now, db

COUNT_CAP = 10_000
Args = Mapping[str, str]
Choices = Sequence[tuple[str, str]] | Callable[[], Sequence[tuple[str, str]]]


class Filter(Protocol):
    """Turns one query parameter into a condition; None when the value means nothing."""

    label: str

    def clause(self, value: str) -> sa.ColumnElement[bool] | None: ...

    def options(self) -> Sequence[tuple[str, str]]: ...


@dataclass(frozen=True)
class Choice:
    """One of a known set; `on` is a column, or a function from the chosen value to a condition."""

    on: Any
    choices: Choices
    label: str = ""

    def clause(self, value: str) -> sa.ColumnElement[bool] | None:
        if value not in {key for key, _ in self.options()}:
            return None
        made: sa.ColumnElement[bool] = (
            self.on == value
            if isinstance(self.on, sa.sql.ColumnElement | sa.orm.InstrumentedAttribute)
            else self.on(value)
        )
        return made

    def options(self) -> Sequence[tuple[str, str]]:
        return self.choices() if callable(self.choices) else self.choices


PERIODS = (("24h", "Last 24 hours"), ("7d", "Last 7 days"), ("30d", "Last 30 days"), ("90d", "Last 90 days"))


@dataclass(frozen=True)
class Period:
    """Not older than a named period."""

    column: Any
    label: str = "Period"

    def clause(self, value: str) -> sa.ColumnElement[bool] | None:
        hours = {"24h": 24, "7d": 168, "30d": 720, "90d": 2160}.get(value)
        return None if hours is None else self.column >= app_now() - timedelta(hours=hours)

    def options(self) -> Sequence[tuple[str, str]]:
        return PERIODS


@dataclass(frozen=True)
class Key:
    """An id in the query string; what is no id means nothing."""

    column: Any
    label: str = ""

    def clause(self, value: str) -> sa.ColumnElement[bool] | None:
        try:
            found: sa.ColumnElement[bool] = self.column == uuid.UUID(value)
        except ValueError:
            return None
        return found

    def options(self) -> Sequence[tuple[str, str]]:
        return ()


@dataclass
class Page:
    """What a list page shows. `next` and `previous` are query-string dicts, None at the ends."""

    rows: Sequence[Any]
    args: dict[str, str]
    sort: str
    next: dict[str, str] | None
    previous: dict[str, str] | None
    total: int
    filters: Mapping[str, Filter] = field(default_factory=dict)

    @property
    def is_capped(self) -> bool:
        """True when there are more rows than were counted."""
        return self.total > COUNT_CAP

    @property
    def total_label(self) -> str:
        return f"more than {COUNT_CAP:,}" if self.is_capped else f"{self.total:,}"

    @property
    def is_filtered(self) -> bool:
        """Whether any filter or search narrows the list."""
        return bool(self.args.get("q")) or any(self.args.get(name) for name in self.filters)

    def where(self, **changes: str | None) -> dict[str, str]:
        """The query string of this list with some parameters changed (None removes); the cursor is dropped."""
        kept = {**self.args, **changes}
        return {k: v for k, v in kept.items() if v and k not in ("after", "before")}

    def sorted_by(self, name: str) -> dict[str, str]:
        """The query string that sorts by `name`, or turns the direction when it is sorted so already."""
        return self.where(sort=f"-{name}" if self.sort == name else name)


@dataclass(frozen=True)
class Listing:
    """A list as data. `select` is a statement or a function that makes one; `search` turns text into a condition."""

    select: Any
    tiebreak: Any
    sorts: Mapping[str, Any]
    default: str
    filters: Mapping[str, Filter] = field(default_factory=dict)
    search: Callable[[str], sa.ColumnElement[bool]] | Sequence[Any] | None = None
    per_page: int = 25

    def page(self, args: Args, per_page: int | None = None) -> Page:
        """One page of rows for the request's query string. Unknown or broken parameters mean nothing."""
        kept, size = self._kept(args), per_page or self.per_page
        name, descending = self._sort(kept)
        backwards = "before" in kept and "after" not in kept
        found = self._rows(kept, name, descending, backwards, size)
        more, found = len(found) > size, found[:size]
        if backwards:
            found.reverse()
        edge = {k: v for k, v in kept.items() if k not in ("after", "before")}
        forward = more or backwards
        back = more if backwards else "after" in kept
        return Page(
            rows=[row[0] if len(row) == 3 else row for row in found],
            args=kept,
            sort=("-" if descending else "") + name,
            next={**edge, "after": _cursor(found[-1])} if found and forward else None,
            previous={**edge, "before": _cursor(found[0])} if found and back else None,
            total=self.count(kept),
            filters=self.filters,
        )

    def count(self, args: Args) -> int:
        """Rows that match, counted no further than the cap."""
        narrowed = (
            self._narrowed(args)
            .with_only_columns(sa.literal(1), maintain_column_froms=True)
            .order_by(None)
            .limit(COUNT_CAP + 1)
        )
        return db.session.scalar(sa.select(sa.func.count()).select_from(narrowed.subquery())) or 0

    def rows(self, args: Args, batch: int = 500) -> Iterator[Any]:
        """All matching rows in order, fetched in batches: for exports, inside `work.reading()`."""
        kept = {k: v for k, v in self._kept(args).items() if k not in ("after", "before")}
        name, descending = self._sort(kept)
        while True:
            found = self._rows(kept, name, descending, False, batch)
            for row in found[:batch]:
                yield row[0] if len(row) == 3 else row
            if len(found) <= batch:
                return
            kept = {**kept, "after": _cursor(found[batch - 1])}

    def _kept(self, args: Args) -> dict[str, str]:
        names = ("q", "sort", "after", "before", "view", *self.filters)
        return {n: args[n].replace("\x00", "")[:500] for n in names if args.get(n)}

    def _sort(self, args: Args) -> tuple[str, bool]:
        asked = args.get("sort", "")
        asked = asked if asked.lstrip("-") in self.sorts and asked.count("-") <= 1 else self.default
        return asked.lstrip("-"), asked.startswith("-")

    def _narrowed(self, args: Args) -> sa.Select[Any]:
        statement: sa.Select[Any] = self.select() if callable(self.select) else self.select
        for name, narrowing in self.filters.items():
            clause = narrowing.clause(args[name]) if args.get(name) else None
            statement = statement if clause is None else statement.where(clause)
        text = args.get("q", "").strip()
        if text and self.search is not None:
            statement = statement.where(self.search(text) if callable(self.search) else _contains(self.search, text))
        return statement

    def _rows(self, args: Args, name: str, descending: bool, backwards: bool, size: int) -> list[Any]:
        column = self.sorts[name]
        down = descending != backwards
        statement = self._narrowed(args).add_columns(column.label("_sort"), self.tiebreak.label("_key"))
        cursor = _read_cursor(args.get("before" if backwards else "after"), column)
        if cursor is not None:
            pair = sa.tuple_(column, self.tiebreak)
            at = sa.tuple_(sa.literal(cursor[0], _type(column)), sa.literal(cursor[1], self.tiebreak.type))
            statement = statement.where(pair < at if down else pair > at)
        order = [column.desc(), self.tiebreak.desc()] if down else [column.asc(), self.tiebreak.asc()]
        return list(db.session.execute(statement.order_by(*order).limit(size + 1)).all())


def _contains(columns: Sequence[Any], text: str) -> sa.ColumnElement[bool]:
    return sa.or_(*(sa.func.lower(column).contains(text.lower(), autoescape=True) for column in columns))


def _cursor(row: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([_plain(row._sort), _plain(row._key)]).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID | Decimal) else value


def _type(column: Any) -> Any:
    """The column's type; functions that SQLAlchemy has no type for, such as lower(), give text here."""
    return sa.Text() if isinstance(column.type, sa.types.NullType) else column.type


def _read_cursor(text: str | None, column: Any) -> tuple[Any, Any] | None:
    if not text:
        return None
    try:
        value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        kind = _type(column).python_type
        typed = datetime.fromisoformat(value) if kind is datetime else kind(value)
        return typed, uuid.UUID(key)
    except (ValueError, TypeError, AttributeError, NotImplementedError):
        return None
