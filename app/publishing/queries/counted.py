"""A list that counts its rows without joining what only the rows show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.listing import COUNT_CAP, Args, Listing


@dataclass(frozen=True)
class Counted(Listing):
    """`light`: names of the filters on the table's own columns; counting by them needs the table of `tiebreak` alone."""

    light: frozenset[str] = frozenset()

    def count(self, args: Args) -> int:
        """Rows that match, counted no further than the cap."""
        narrow = {name: value for name, value in args.items() if name in self.filters or name == "q"}
        if not self.light.issuperset(narrow):
            return super().count(args)
        found: list[Any] = [self.filters[name].clause(value) for name, value in narrow.items()]
        rows = sa.select(self.tiebreak).where(*(clause for clause in found if clause is not None)).limit(COUNT_CAP + 1)
        return db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
