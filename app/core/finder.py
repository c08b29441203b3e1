"""How the palette and the search page find the things of a room, and what they offer to do: declared in its `finder.py`.

`@finder` stands on a function that makes the select of a kind of things for a `Query`, in the order in which they are offered. The
search takes the first few of each kind, all in one statement: a select has to be bounded by itself, by an index or a table of
people's size. Its columns are those of `columns`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

Made = TypeVar("Made")


@dataclass(frozen=True)
class Query:
    """What is looked for: the text, and the id that it may be."""

    text: str
    key: uuid.UUID | None = None
    _made: dict[Callable[[str], Any], Any] = field(default_factory=dict)

    def once(self, make: Callable[[str], Made]) -> Made:
        """What `make` makes of the text, made once for all kinds that use it: so it stands in the statement once."""
        if make not in self._made:
            self._made[make] = make(self.text)
        made: Made = self._made[make]
        return made


Select = Callable[[Query], sa.Select[Any]]


class Finder(NamedTuple):
    """A kind of things, called as its flow: its word and icon, the page of one. `names_platform`: what stands beside the title is
    a platform."""

    word: str
    icon: str
    endpoint: str
    select: Select
    place: int
    names_platform: bool


class Command(NamedTuple):
    """Something to do, found by its words: the page with these arguments."""

    endpoint: str
    words: str
    icon: str
    place: int
    args: Mapping[str, str]


FINDERS: dict[str, Finder] = {}
COMMANDS: dict[str, Command] = {}
"""Words → command."""


def finder(
    kind: str, word: str, icon: str, endpoint: str, *, place: int, names_platform: bool = False
) -> Callable[[Select], Select]:
    """Declare how things of this kind are found; kinds are offered in the order of their `place`."""

    def register(select: Select) -> Select:
        FINDERS[kind] = Finder(word, icon, endpoint, select, place, names_platform)
        return select

    return register


def declare_command(endpoint: str, words: str, icon: str, *, place: int, args: Mapping[str, str] | None = None) -> None:
    """Declare something to do; who may not open the page is not offered it."""
    COMMANDS[words] = Command(endpoint, words, icon, place, args or {})


def finders() -> list[tuple[str, Finder]]:
    """(kind, finder) in their order."""
    return sorted(FINDERS.items(), key=lambda item: item[1].place)


def commands() -> list[Command]:
    """All of them in their order."""
    return sorted(COMMANDS.values(), key=lambda command: command.place)


def columns(table: Any, title: Any, beside: Any, status: Any = None) -> sa.Select[Any]:
    """The select of a finder: id, title, status (the table's own, unless another is given) and a word beside it."""
    shown = table.status if status is None else status
    return sa.select(table.id, title.label("title"), shown.label("status"), beside.label("beside"))


def among(column: Any, ids: sa.SelectBase, key: uuid.UUID | None) -> sa.ColumnElement[bool]:
    """One of these ids, or the thing with the id itself; as one set, which an index answers."""
    wanted = sa.union_all(ids, sa.select(sa.literal(key, sa.Uuid))) if key else ids
    it: sa.ColumnElement[bool] = column.in_(wanted)
    return it
