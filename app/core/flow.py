"""A noun's states and legal moves as one table; the CHECK, the filter choices and the badges come from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.lib.errors import Conflict


class Flow:
    """`moves` maps each state to the states it may move to; a final state maps to the empty set.

    >>> Flow("record", "pending", {"pending": {"done"}, "done": set()}).allows("pending", "done")
    True
    """

    def __init__(self, noun: str, initial: str, moves: Mapping[str, set[str]]) -> None:
        unknown = {to for targets in moves.values() for to in targets} - moves.keys()
        if unknown or initial not in moves:
            raise ValueError(f"{noun}: states without a row of their own: {sorted(unknown)}")
        self.noun, self.initial = noun, initial
        self.moves = {state: frozenset(targets) for state, targets in moves.items()}

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order of the table."""
        return tuple(self.moves)

    def allows(self, source: str, target: str) -> bool:
        """Whether the move stands in the table."""
        return target in self.moves.get(source, frozenset())

    def check(self, column: str = "status") -> sa.CheckConstraint:
        """The CHECK constraint of the column."""
        listed = ", ".join(f"'{state}'" for state in self.moves)
        return sa.CheckConstraint(f"{column} IN ({listed})", name=column)

    def move(self, row: Any, target: str, column: str = "status") -> str:
        """Move `row`, return the state it came from. Raises Conflict when the move is not in the table."""
        source: str = getattr(row, column)
        if not self.allows(source, target):
            raise Conflict(
                f"This {self.noun} is {source.replace('_', ' ')}; it cannot become {target.replace('_', ' ')}."
            )
        setattr(row, column, target)
        return source
