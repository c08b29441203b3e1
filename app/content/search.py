"""A person's search words as a tsquery for `content_items.search`. Pure text work; SQL is made of bound parameters.

The column holds `simple` words of scripts with spaces, and pairs of neighbouring characters of those without (Chinese, Japanese,
Thai…): a run of n characters is found by its n-1 pairs, a single character by the pairs it begins. See migration 0006.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

# The same ranges stand in the SQL function `content_search` (migration 0006).
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(f"[{UNSPACED}]+")
PUNCTUATION = re.compile("[\u3000-\u303f\uff00-\uff20\ufe30-\ufe4f]")
WORDS_AT_MOST = 12


def words(query: str) -> tuple[list[str], list[str]]:
    """(words of spaced scripts, pairs of characters of the others), in lower case and without repeats."""
    text = PUNCTUATION.sub(" ", query.lower())
    pairs: dict[str, None] = {}
    for run in RUN.findall(text):
        pairs.update(dict.fromkeys([run[i : i + 2] for i in range(len(run) - 1)] or [run]))
    spaced = [w for w in RUN.sub(" ", text).split() if re.search(r"\w", w)]
    return list(dict.fromkeys(spaced))[:WORDS_AT_MOST], list(pairs)[: 4 * WORDS_AT_MOST]


def clause(column: Any, query: str) -> sa.ColumnElement[bool]:
    """The condition that every word begins somewhere in the row; words without a letter or digit find nothing."""
    spaced, pairs = words(query)
    conditions: list[sa.ColumnElement[bool]] = []
    if spaced:
        text = " & ".join(f"{_quoted(w)}:*" for w in spaced)
        conditions.append(column.op("@@")(sa.func.to_tsquery(sa.literal_column("'simple'"), text)))
    if pairs:
        text = " & ".join(_quoted(p) + (":*" if len(p) == 1 else "") for p in pairs)
        conditions.append(column.op("@@")(sa.cast(text, TSQUERY)))
    return sa.and_(*conditions) if conditions else sa.false()


def walked(column: Any, query: str) -> sa.ColumnElement[bool]:
    """The same condition for rows that are walked through in a list's order: no index may answer it, for with a common word
    the index hands out all its rows before the first is shown."""
    return clause(column.op("||")(sa.literal_column("''::tsvector")), query)


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "").replace("'", "''") + "'"
