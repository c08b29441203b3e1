"""A noun's states as one table: their words and badges, their legal moves; the CHECK and the filter choices come from it.

Flows register themselves when their room's models are imported. A state that is shown and not stored (due, on hold, ended)
stands in the `derived` table of its flow.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.badges import Badge, declare_badges
from app.lib.errors import Conflict


class State(NamedTuple):
    """A stored state: its badge, and the states it may move to; none for a final one."""

    word: str
    tone: str
    icon: str
    to: Collection[str] = ()
    own: bool = False

    @property
    def badge(self) -> Badge:
        """The part that people see."""
        return Badge(self.word, self.tone, self.icon, self.own)


FLOWS: list[Flow] = []


class Flow:
    """`noun` is its name in sentences, `key` the one that badges go by.

    Raises ValueError when a move leads to a state without a row of its own.

    >>> done = {"open": State("Open", "plan", "clock", to={"done"}), "done": State("Done", "ok", "circle-check")}
    >>> Flow("example", "open", done, key="example").allows("open", "done")
    True
    """

    def __init__(
        self, noun: str, initial: str, states: Mapping[str, State], key: str, derived: Mapping[str, Badge] | None = None
    ) -> None:
        unknown = {to for state in states.values() for to in state.to} - states.keys()
        if unknown or initial not in states:
            raise ValueError(f"{noun}: states without a row of their own: {sorted(unknown)}")
        self.noun, self.initial, self.key = noun, initial, key
        self.moves = {name: frozenset(state.to) for name, state in states.items()}
        declare_badges(key, {name: state.badge for name, state in states.items()} | dict(derived or {}))
        FLOWS.append(self)

    @property
    def states(self) -> tuple[str, ...]:
        """All stored states, in the order of the table."""
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
