"""docs/data-model.md names every table once, under the room whose models make it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from app.core.db import Base
from tests.architecture.source import ROOT
from tests.docs.reading import section, table

TABLES = table(section((ROOT / "docs" / "data-model.md").read_text("utf-8"), "Tables"))


def test_every_table_stands_there_once_under_its_room(session_app: Any) -> None:
    told = Counter((row[0].strip("`"), row[1]) for row in TABLES)
    made = Counter(
        (str(mapper.local_table.name), mapper.class_.__module__.split(".")[1])
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("app.")
    )
    assert told == made
    assert {name for name, _ in made} == set(Base.metadata.tables)


def test_every_table_says_what_it_is_for_and_where_it_comes_from() -> None:
    assert all(row[2] and row[3] for row in TABLES)
    assert {letter for row in TABLES for letter in row[3].split(", ")} <= {"A", "B", "C", "D", "E", "ours"}
