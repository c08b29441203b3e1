"""A person's search words as a tsquery for `content_items.search`. Pure text work; SQL is made of bound parameters.

The column holds `simple` words of scripts with spaces, and pairs of neighbouring characters of those without (Chinese, Japanese,
Thai…): a run of n characters is found by its n-1 pairs, a single character by the pairs it begins. See migration 0006.
What is large and small is PostgreSQL's matter, which folded the column: Python ends "ΟΔΟΣ" with another sigma, and makes two letters of İ.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

# The same ranges stand in the SQL function `content_search` (migration 0006).
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(f"[{UNSPACED}]+")
PUNCTUATION = re.compile("[\u3000-\u303f\uff00-\uff20\ufe30-\ufe4f]")
SCHEME = re.compile(r"^\w+://")
WORDS_AT_MOST = 12
WHOLE_AT_MOST = 200
"""Characters of a word that is also looked for as it stands; PostgreSQL refuses one of 2,047 bytes."""


def search_words(query: str) -> tuple[list[str], list[str]]:
    """(words of spaced scripts, pairs of characters of the others), as typed and without repeats. A backslash parts words, as it
    does in the column."""
    text = PUNCTUATION.sub(" ", query.replace("\\", " "))
    pairs: dict[str, None] = {}
    for run in RUN.findall(text):
        pairs.update(dict.fromkeys([run[i : i + 2] for i in range(len(run) - 1)] or [run]))
    spaced = [w for w in RUN.sub(" ", text).split() if re.search(r"\w", w)]
    return list(dict.fromkeys(spaced))[:WORDS_AT_MOST], list(pairs)[: 4 * WORDS_AT_MOST]


def clause(column: Any, query: str) -> sa.ColumnElement[bool]:
    """The condition that every word begins somewhere in the row; words without a letter or digit find nothing."""
    begun, exact = _word_queries(query)
    return sa.and_(*(column.op("@@")(one) for one in begun + exact)) if begun or exact else sa.false()


def selective(column: Any, query: str, sample: sa.FromClause, common: int) -> sa.ColumnElement[bool]:
    """The same condition, of which the index is asked only for what fewer than `common` rows of the sample hold, if there is
    such. Of a word's beginning an index gathers every row before the next word is looked at: "carpet 4321" then costs what
    "4321" does. `sample`: a few hundred rows with their `search`."""
    begun, exact = _word_queries(query)
    if not begun or len(begun + exact) < 2:
        return clause(column, query)
    counts = (sa.func.count().filter(sample.c.search.op("@@")(one)).label(f"n{n}") for n, one in enumerate(begun))
    held = sa.select(*counts).select_from(sample).cte("held")
    seldom = (sa.case((sa.select(n).scalar_subquery() < common, one)) for n, one in zip(held.c, begun, strict=True))
    parts = (sa.func.nullif(sa.func.concat("(", sa.cast(one, sa.Text), ")"), "()") for one in [*seldom, *exact])
    some = sa.cast(sa.func.nullif(sa.func.concat_ws(" & ", *parts), ""), TSQUERY)
    every = reduce(lambda one, other: one.op("&&")(other), begun + exact)
    return sa.and_(column.op("@@")(sa.func.coalesce(some, every)), unindexed_clause(column, query))


def unindexed_clause(column: Any, query: str) -> sa.ColumnElement[bool]:
    """The same condition for rows that are walked through in a list's order: no index may answer it, for with a common word
    the index hands out all its rows before the first is shown."""
    return clause(column.op("||")(sa.literal_column("''::tsvector")), query)


def _word_queries(query: str) -> tuple[list[sa.ColumnElement[Any]], list[sa.ColumnElement[Any]]]:
    """(words and single characters that something begins with, pairs of characters that are there) as a tsquery each."""
    spaced, pairs = search_words(query)
    beginnings: list[sa.ColumnElement[Any]] = [_prefix_query(word) for word in spaced]
    beginnings += [sa.cast(f"{_quote(character)}:*", TSQUERY) for character in pairs if len(character) == 1]
    return beginnings, [sa.cast(_quote(pair), TSQUERY) for pair in pairs if len(pair) == 2]


def _prefix_query(word: str) -> sa.ColumnElement[Any]:
    """Something begins with the word, as the column's parser takes it apart; or one of its lexemes does, as it stands: an address
    is one lexeme when it is whole (jo.doe@example.org) and several when it is typed in half (jo.doe@exam)."""
    either: list[sa.ColumnElement[Any]] = [
        sa.func.to_tsquery(sa.literal_column("'simple'"), _fold(one)) for one in _spellings(word)
    ]
    whole = SCHEME.sub("", word)
    if whole and not whole.isalnum() and len(whole) <= WHOLE_AT_MOST:
        either.append(sa.cast(_fold(whole), TSQUERY))
    return reduce(sa.func.tsquery_or, either)


def _spellings(word: str) -> list[str]:
    """A Greek word with both small letters that its last Σ may be; any other as it is."""
    small = word.lower()
    return [small, small.replace("ς", "σ")] if "ς" in small else [word]


def _fold(word: str) -> sa.ColumnElement[Any]:
    """What begins so, in the letters that the column has."""
    return sa.func.lower(f"{_quote(word)}:*")


def _quote(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
