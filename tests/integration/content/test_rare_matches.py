"""What is looked for in items is found by the words that stand there, as they stand there."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app.content.models import ContentItem
from app.content.queries import rare_matches
from app.content.search import clause, selective, unindexed_clause
from app.core import transactions
from app.core.db import db
from tests.factories import make_item

ADDRESSES = "a mail jo.doe@example.org or https://example.org/path?q=1"


@pytest.mark.parametrize(
    ("title", "ask"),
    [
        ("ΟΔΟΣ ΑΘΗΝΑΣ", "ΟΔΟΣ"), ("ΟΔΟΣ ΑΘΗΝΑΣ", "οδος αθη"), ("Η οδός, η οδος", "ΟΔΟΣ"), ("İstanbul Boğazı", "İstanbul"), ("İstanbul Boğazı", "istan"),
        ("back\\slash", "back\\slash"), ("back\\slash", "\\slash\\"), ("Straße ẞ", "ß"), ("Straße", "STRAßE"),
        ("O'Brien's", "O'B"), ("Well-kept stones", "WELL-K"), ("Snake_Case_name", "snake_Case"),
    ],
)  # fmt: skip
def test_a_title_is_found_by_its_own_words(app: Any, commit: Any, title: str, ask: str) -> None:
    """Large letters become small as PostgreSQL makes them small, and a backslash parts words as its parser says."""
    one, _other = commit(make_item, title=title), commit(make_item, title="Other")
    assert transactions.transaction(rare_matches.rare_by_words, ask) == [one.id]


@pytest.mark.parametrize(
    "ask",
    ["jo.doe@example.org", "Jo.Doe@exam", "jo.doe@example.o", "jo.doe@", "jo.d", "https://example.org/path?q=1", "https://exam", "HTTPS://Example.org/pa", "example.org/path?q", "mail jo.doe@exam"],
)  # fmt: skip
def test_an_address_is_found_while_it_is_typed(app: Any, commit: Any, ask: str) -> None:
    """Whole it is one word of the column; typed in half, PostgreSQL's parser makes several of it."""
    one, _other = commit(make_item, title=ADDRESSES), commit(make_item, title="a mail from jo.doerr@example.net")
    assert one.id in (transactions.transaction(rare_matches.rare_by_words, ask) or ())


def test_what_is_typed_of_an_address_narrows(app: Any, commit: Any) -> None:
    commit(make_item, title=ADDRESSES)
    for ask in ("jo.doe@examined", "https://example.com", "jo.doe@exam nowhere", "x" * 250 + "@", "'@x':* |"):
        assert transactions.transaction(rare_matches.rare_by_words, ask) == [], ask


@pytest.mark.parametrize("common", [0, 1, 2, 10])
def test_the_index_is_asked_for_the_same_as_the_rows(app: Any, commit: Any, common: int) -> None:
    """A word that may stand there in two ways is one condition beside the others, in whichever order."""
    for title in (ADDRESSES, "jo.doe@example.org", "mail", "mail jo.doe or exam", "Οδος jo.doe@example.net"):
        commit(make_item, title=title)
    item = ContentItem
    some = sa.select(item.search).cte("some")
    for ask in (
        "mail jo.doe@exam",
        "jo.doe@exam mail",
        "jo.doe@exam https://exam mail",
        "ΟΔΟΣ jo.doe@",
        "jo.doe@exam nowhere",
        "jo.doe@exam",
    ):
        asked = clause(item.search, ask), unindexed_clause(item.search, ask), selective(item.search, ask, some, common)
        plain, walk, index = (
            set(transactions.transaction(db.session.scalars, sa.select(item.id).where(one))) for one in asked
        )
        assert plain == walk == index and ("nowhere" in ask or plain), ask
