"""The one fenced UPDATE of a record, with the answer of its attempt beside it in the same statement.

Beyond the fence it names the states that the record may leave for the one it gets (`RECORD`, docs/states.md): what was moved
meanwhile by somebody who took no claim, such as a person with SQL, is not overwritten.

Statements are made once for each set of columns and kept: making one anew costs more than running it. So a column's value
is a plain value, or one of the three below for what only the database knows.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.db import app_now, db
from app.delivery.actions.delivery import Delivery
from app.publishing.actions.lease import FENCE, RECORDS, fence_values
from app.publishing.models import OPEN, RECORD, PublishAttempt

ATTEMPTS: sa.Table = PublishAttempt.__table__  # type: ignore[assignment]
Shape = tuple[tuple[str, Any], ...]
"""Names of columns, each with None for a plain value, else with what the expression depends on."""


class DatabaseTime(NamedTuple):
    """The database's time, `after` so much has passed."""

    after: timedelta = timedelta(0)


class MergedJson(NamedTuple):
    """The JSON object that stands there, without some of its names, and with what `values` says."""

    values: dict[str, Any]
    without: tuple[str, ...]


NOW = DatabaseTime()
_FROM = RECORDS.c.status == sa.any_(sa.bindparam("sources", type_=sa.ARRAY(sa.Text)))


@cache
def sources(target: str | None) -> list[str]:
    """The states from which a write may bring a record to `target`, itself among them while it is open (the next lookup of an
    unknown record). None: the write leaves the state as it is, and a record with a claim is an open one."""
    if target is None:
        return list(OPEN)
    return [state for state in RECORD.states if RECORD.allows(state, target) or state == target in OPEN]


class Move(NamedTuple):
    """A record's columns, and those of the attempt whose answer moves it."""

    delivery: Delivery
    columns: Mapping[str, Any]
    attempt: uuid.UUID | None = None
    answer: Mapping[str, Any] | None = None


def write(delivery: Delivery, columns: Mapping[str, Any], leaving: tuple[str, ...] = ()) -> bool:
    """Write the record if it is still ours, stands at the delivery's step (or one of `leaving`) and may move; False when not."""
    return write_all([Move(delivery, columns)], leaving)


def write_all(moves: Sequence[Move], leaving: tuple[str, ...] = ()) -> bool:
    """Write all of them, each under its own fence; its answer is kept whoever holds the record. False when one was refused:
    then it is not known which."""
    shapes: dict[Any, list[dict[str, Any]]] = {}
    for move in moves:
        shape = _shape(move.columns), _shape(move.answer) if move.answer else None
        bound = fence_values(move.delivery, *leaving) | _bind("r_", move.columns)
        bound["sources"] = sources(move.columns.get("status"))
        if move.answer:
            bound |= {"of_attempt": move.attempt} | _bind("a_", move.answer)
        shapes.setdefault(shape, []).append(bound)
    written = [_execute(_statement(*shape), rows) for shape, rows in shapes.items()]
    return sum(written) == len(moves)


def _execute(statement: sa.Update, rows: list[dict[str, Any]]) -> int:
    result: Any = db.session.execute(statement, rows if len(rows) > 1 else rows[0])
    return int(result.rowcount)


def write_answer(attempt_id: uuid.UUID, columns: Mapping[str, Any]) -> None:
    """Keep what the platform answered, whoever holds the record now."""
    db.session.execute(_answer_statement(_shape(columns)), {"of_attempt": attempt_id, **_bind("a_", columns)})


def session_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The same columns for a row that the session writes."""
    return {
        name: app_now() + value.after if isinstance(value, DatabaseTime) else value for name, value in columns.items()
    }


@lru_cache(maxsize=256)
def _statement(record: Shape, answer: Shape | None) -> sa.Update:
    update = sa.update(RECORDS).where(*FENCE, _FROM).values(_expressions(RECORDS, "r_", record))
    return update if answer is None else update.add_cte(_answer_statement(answer).cte("beside"))


@lru_cache(maxsize=256)
def _answer_statement(answer: Shape) -> sa.Update:
    return (
        sa.update(ATTEMPTS)
        .where(ATTEMPTS.c.id == sa.bindparam("of_attempt"))
        .values(_expressions(ATTEMPTS, "a_", answer))
    )


def _shape(columns: Mapping[str, Any]) -> Shape:
    return tuple((name, _kind(value)) for name, value in columns.items())


def _kind(value: Any) -> Any:
    return DatabaseTime if isinstance(value, DatabaseTime) else value.without if isinstance(value, MergedJson) else None


def _bind(prefix: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    return {
        prefix + name: value[0] if isinstance(value, DatabaseTime | MergedJson) else value
        for name, value in columns.items()
    }


def _expressions(table: sa.Table, prefix: str, shape: Shape) -> dict[str, Any]:
    return {name: _expression(table.c[name], prefix + name, kind) for name, kind in shape}


def _expression(column: Any, bound: str, kind: Any) -> Any:
    if kind is DatabaseTime:
        return app_now() + sa.bindparam(bound, type_=sa.Interval)
    value = sa.bindparam(bound, type_=column.type)
    return value if kind is None else merge_json(column, kind, value)


def merge_json(column: Any, without: tuple[str, ...], values: Any) -> Any:
    """The JSON object of the column, without some of its names, and with what `values` says."""
    bare: Any = sa.func.coalesce(column, sa.literal({}, column.type))
    for name in without:
        bare = bare.op("-")(sa.literal(name))
    return bare.op("||")(values)
