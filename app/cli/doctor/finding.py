"""What a check answers, and what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, LiteralString

import psycopg
from psycopg import sql

from app.core.settings import Setting
from app.environment import Environment

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`check` names it for machines, `says` is what was found, `remedy` what to do (empty when all is well)."""

    check: str
    state: State
    says: str
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Findings = Iterator[Finding]


_NOT_YET = (
    psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedObject,
    psycopg.errors.InsufficientPrivilege,
)  # fmt: skip


@dataclass
class Context:
    """The environment, the settings read from it, and a database connection once there is one."""

    environ: Mapping[str, str]
    settings: Environment
    link: psycopg.Connection[Any] | None = None

    def rows(self, query: LiteralString | sql.Composed, *values: Any) -> list[Any]:
        """The rows of a query; none when the table is not there yet, or no migration has given the right to read it."""
        if self.link is None:
            return []
        try:
            return self.link.execute(query, values or None).fetchall()
        except _NOT_YET:
            return []

    def setting(self, declared: Setting) -> Any:
        """What staff set, or its default."""
        found = self.rows("SELECT value FROM system_config WHERE key = %s", declared.name)
        return found[0][0] if found else declared.default


def ok(check: str, says: str) -> Finding:
    return Finding(check, "ok", says)


def note(check: str, says: str, remedy: str) -> Finding:
    return Finding(check, "note", says, remedy)


def wrong(check: str, says: str, remedy: str) -> Finding:
    return Finding(check, "wrong", says, remedy)
