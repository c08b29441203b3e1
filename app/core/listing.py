"""Every list is one `Listing`: filters and search from the query string, keyset paging, the same rows as CSV.

The cursor is the sort value and the key of the last row, so page 4,000 costs what page 1 costs and a row that
arrives meanwhile moves nothing. Sort columns must not be null (coalesce them in the listing). What no index finds is looked
for on the way down the list, `WINDOW` rows a page: "Next" looks on from there, so no search reads a whole table.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.core import cursor
from app.core.db import app_now, db

COUNT_CAP = 1_000
PLACES = ("after", "before")
WINDOW = 1_000
"""So many rows a search without an index looks through for one page."""
Args = Mapping[str, str]
Choices = Sequence[tuple[str, str]] | Callable[[], Sequence[tuple[str, str]]]


class Filter(Protocol):
    """Turns one query parameter into a condition; None when the value means nothing."""

    @property
    def label(self) -> str: ...

    def clause(self, value: str) -> sa.ColumnElement[bool] | Walk | None: ...

    def options(self) -> Sequence[tuple[str, str]]: ...


@dataclass(frozen=True)
class Choice:
    """One of a known set; `on` is a column, or a function from the chosen value to a condition, or to a `Walk`."""

    on: Any
    choices: Choices
    label: str = ""

    def clause(self, value: str) -> sa.ColumnElement[bool] | Walk | None:
        if value not in {key for key, _ in self.options()}:
            return None
        made: sa.ColumnElement[bool] | Walk = self.on == value if _is_column(self.on) else self.on(value)
        return made

    def options(self) -> Sequence[tuple[str, str]]:
        return self.choices() if callable(self.choices) else self.choices


def _is_column(what: Any) -> bool:
    return isinstance(what, sa.sql.ColumnElement | sa.orm.InstrumentedAttribute)


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
    """An id in the query string; what is no id means nothing. `column`, or a function from the id to a condition."""

    column: Any
    label: str = ""

    def clause(self, value: str) -> sa.ColumnElement[bool] | None:
        try:
            key = uuid.UUID(value)
        except ValueError:
            return None
        found: sa.ColumnElement[bool] = self.column == key if _is_column(self.column) else self.column(key)
        return found

    def options(self) -> Sequence[tuple[str, str]]:
        return ()


@dataclass(frozen=True)
class Walk:
    """A condition that no index answers: it is held against the rows of the list in their order, `WINDOW` of them a page."""

    clause: sa.ColumnElement[bool]


Asked = dict[str, sa.ColumnElement[bool] | Walk]
"""What narrows a list, by the parameter that asks for it."""


def _conditions(clauses: Iterable[sa.ColumnElement[bool] | Walk], walking: bool) -> list[sa.ColumnElement[bool]]:
    """Those that an index answers, and those held against the rows on the way down, if that is where we are."""
    return [c.clause if isinstance(c, Walk) else c for c in clauses if walking or not isinstance(c, Walk)]


@dataclass
class Page:
    """What a list page shows. `next` and `previous` are query-string dicts, None at the ends."""

    rows: Sequence[Any]
    args: dict[str, str]
    sort: str
    next: dict[str, str] | None
    previous: dict[str, str] | None
    total: int | None
    """None: not counted, because the page looked through `WINDOW` rows and not through all."""
    filters: Mapping[str, Filter] = field(default_factory=dict)

    @property
    def is_capped(self) -> bool:
        """True when there are more rows than were counted."""
        return self.total is not None and self.total > COUNT_CAP

    @property
    def total_label(self) -> str:
        return f"{COUNT_CAP:,}+" if self.is_capped else f"{self.total or 0:,}"

    @property
    def window(self) -> str:
        """How many rows were looked through when not all were; "" otherwise."""
        return f"{WINDOW:,}" if self.total is None else ""

    @property
    def is_filtered(self) -> bool:
        """Whether any filter or search narrows the list."""
        return bool(self.args.get("q")) or any(self.args.get(name) for name in self.filters)

    def where(self, **changes: str | None) -> dict[str, str]:
        """The query string of this list with some parameters changed (None removes); the cursor is dropped."""
        kept = {**self.args, **changes}
        return {k: v for k, v in kept.items() if v and k not in PLACES}

    def sort_by(self, name: str) -> dict[str, str]:
        """The query string that sorts by `name`, or turns the direction when it is sorted so already."""
        return self.where(sort=f"-{name}" if self.sort == name else name)


@dataclass(frozen=True)
class Listing:
    """A list as data. `select` is a statement or a function that makes one; `search` turns text into a condition, or into a
    `Walk`; a sort is a column, or several of which the first names it. `light`: filters on the own table of `tiebreak`, to which
    `own` narrows the whole list: what needs no more is counted there alone, without what only the rows show."""

    select: Any
    tiebreak: Any
    sorts: Mapping[str, Any]
    default: str
    filters: Mapping[str, Filter] = field(default_factory=dict)
    search: Callable[[str], sa.ColumnElement[bool] | Walk] | Sequence[Any] | None = None
    per_page: int = 25
    light: frozenset[str] = frozenset()
    own: sa.ColumnElement[bool] | None = None

    def page(self, args: Args, per_page: int | None = None) -> Page:
        """One page of rows for the request's query string. Unknown or broken parameters mean nothing."""
        kept, size = self._known_args(args), per_page or self.per_page
        name, descending = self._sort(kept)
        backwards = "before" in kept and "after" not in kept
        asked = self._conditions_asked(kept)
        walks = any(isinstance(clause, Walk) for clause in asked.values())
        end = self._window(asked, kept, name, descending != backwards) if walks else None
        found = self._rows(asked, kept, name, descending != backwards, size, end)
        more, found = len(found) > size, found[:size]
        on = (
            cursor.encode(found[-1] if more else end) if more or end is not None else None
        )  # the next look begins there
        if backwards:
            found.reverse()
        edge = {k: v for k, v in kept.items() if k not in PLACES}
        first = cursor.encode(found[0]) if found else cursor.across(kept.get("after", ""))
        last = cursor.encode(found[-1]) if found else cursor.across(kept.get("before", ""))
        ahead = last if backwards else on
        back = on if backwards else first if "after" in kept else None
        return Page(
            rows=[_own(row) for row in found],
            args=kept,
            sort=("-" if descending else "") + name,
            next={**edge, "after": ahead} if ahead else None,
            previous={**edge, "before": back} if back else None,
            total=None if end is not None or (walks and kept.keys() & set(PLACES)) else self._count(asked),
            filters=self.filters,
        )

    def count(self, args: Args) -> int:
        """Rows that match, counted no further than the cap."""
        return self._count(self._conditions_asked(args))

    def _count(self, asked: Asked) -> int:
        narrowed = self._bare(asked, [sa.literal(1)]).order_by(None).limit(COUNT_CAP + 1)
        return db.session.scalar(sa.select(sa.func.count()).select_from(narrowed.subquery())) or 0

    def rows(self, args: Args, batch: int = 500) -> Iterator[Any]:
        """All matching rows in order, fetched in batches: for exports, inside `work.reading()`."""
        kept = {k: v for k, v in self._known_args(args).items() if k not in PLACES}
        name, descending = self._sort(kept)
        asked = self._conditions_asked(kept)
        while True:
            found = self._rows(asked, kept, name, descending, batch)
            yield from map(_own, found[:batch])
            if len(found) <= batch:
                return
            kept = {**kept, "after": cursor.encode(found[batch - 1])}

    def _known_args(self, args: Args) -> dict[str, str]:
        names = ("q", "sort", "view", *PLACES, *self.filters)
        return {
            n: args[n].replace("\x00", "")[: cursor.LONGEST + 1 if n in PLACES else 500] for n in names if args.get(n)
        }

    def _sort(self, args: Args) -> tuple[str, bool]:
        asked = args.get("sort", "")
        asked = asked if asked.lstrip("-") in self.sorts and asked.count("-") <= 1 else self.default
        return asked.lstrip("-"), asked.startswith("-")

    def _conditions_asked(self, args: Args) -> Asked:
        """What narrows the list: a condition for each filter that means something, and for the search."""
        found = {name: narrowing.clause(args[name]) for name, narrowing in self.filters.items() if args.get(name)}
        text = args.get("q", "").strip()
        if text and self.search is not None:
            found["q"] = self.search(text) if callable(self.search) else contains(self.search, text)
        return {name: clause for name, clause in found.items() if clause is not None}

    def _narrow(self, asked: Asked, walking: bool = True) -> sa.Select[Any]:
        statement: sa.Select[Any] = self.select() if callable(self.select) else self.select
        return statement.where(*_conditions(asked.values(), walking))

    def _is_light(self, asked: Asked, sort: str = "", walking: bool = True) -> bool:
        """Whether the own table alone answers, in the order of that sort. Not `walking`: as if there were nothing to look for on
        the way."""
        needs = {name for name, clause in asked.items() if walking and isinstance(clause, Walk)} | (
            asked.keys() - {"q"}
        )
        own = self.tiebreak.class_
        return (
            bool(self.light)
            and self.light.issuperset(needs)
            and all(getattr(column, "class_", None) is own for column in (self._columns(sort) if sort else ()))
        )

    def _bare(self, asked: Asked, columns: Sequence[Any], sort: str = "", walking: bool = True) -> sa.Select[Any]:
        """These columns of the rows that match; from the own table alone, where that is enough."""
        if not self._is_light(asked, sort, walking):
            return self._narrow(asked, walking).with_only_columns(*columns, maintain_column_froms=True)
        own = () if self.own is None else (self.own,)
        bare = sa.select(*columns).select_from(self.tiebreak.class_)
        return bare.where(*own, *_conditions(asked.values(), walking))

    def _order(self, statement: sa.Select[Any], args: Args, name: str, down: bool) -> sa.Select[Any]:
        """In order, from the row after which (or before which, going back) the page begins."""
        columns = self._columns(name)
        at = cursor.read(args.get("after") or args.get("before"), columns)
        if at is not None:
            sign = ("<" if down else ">") + ("=" if at.itself else "")
            statement = statement.where(cursor.beyond(columns, at.values, sign))
        return statement.order_by(*(column.desc() if down else column.asc() for column in columns))

    def _rows(self, asked: Asked, args: Args, name: str, down: bool, size: int, end: Any = None) -> list[Any]:
        """`end`: of `_window`. Where ids are known before, the rows are looked up by them: for a range of the order alone the
        planner may read the whole table, and what rows show is looked up for those of the page alone."""
        shown = self._narrow(asked).add_columns(*self._keys(name))
        if end is not None:
            ids = sa.cast(sa.literal(end.ids, sa.Text), ARRAY(self.tiebreak.type))
            within = cursor.beyond(self._columns(name), end[1:], ">=" if down else "<=")  # a partition has but its own
            shown = shown.where(within, one_of(self.tiebreak, sa.select(sa.func.unnest(ids))))
        elif asked and self._is_light(asked, name):
            first = self._order(self._bare(asked, [self.tiebreak], name), args, name, down).limit(size + 1)
            shown = self._narrow({}).add_columns(*self._keys(name)).where(one_of(self.tiebreak, first))
        return list(db.session.execute(self._order(shown, args, name, down).limit(size + 1)).all())

    def _window(self, asked: Asked, args: Args, name: str, down: bool) -> Any:
        """The last row that one page looks through, and as `ids` all of them as PostgreSQL writes an array; None when it looks
        through all that are left."""
        keys = self._keys(name)
        seen = self._order(self._bare(asked, keys, name, walking=False), args, name, down).limit(WINDOW).cte("seen")
        ids = sa.select(sa.cast(sa.func.array_agg(seen.c[keys[-1].name]), sa.Text)).scalar_subquery()
        return db.session.execute(sa.select(ids.label("ids"), *seen.c).offset(WINDOW - 1)).first()

    def _columns(self, name: str) -> list[Any]:
        first = self.sorts[name]
        return [*(first if isinstance(first, tuple) else (first,)), self.tiebreak]

    def _keys(self, name: str) -> list[Any]:
        return [column.label(f"{cursor.PREFIX}{n}") for n, column in enumerate(self._columns(name))]


def one_of(column: Any, ids: Any) -> sa.ColumnElement[bool]:
    """Whether the column is one of the ids of a statement. They are looked up first, and the rows by them: for ids that are few
    beside the table, where the planner would rather walk down the list until it has met enough of them."""
    found: Any = ids.scalar_subquery() if isinstance(ids, sa.Select) else sa.select(ids.subquery()).scalar_subquery()
    made: sa.ColumnElement[bool] = column == sa.any_(sa.func.array(found, type_=ARRAY(column.type)))
    return made


def _own(row: Any) -> Any:
    """The row without what it is sorted by; the thing itself where the list selects nothing else."""
    return row[0] if str(row._fields[1]).startswith(cursor.PREFIX) else row


def contains(columns: Sequence[Any], text: str) -> sa.ColumnElement[bool]:
    """Part of one of the texts, in any case, both folded by the database: for tables of people's size, or inside a `Walk`."""
    escaped = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    part = sa.func.lower(f"%{escaped}%")
    return sa.or_(*(sa.func.lower(column).like(part, escape="/") for column in columns))
