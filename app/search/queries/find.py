"""The command palette and the search page: a few hits of each kind. Who may see what is the view's matter."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.finder import Query, finders

EACH = 5
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what kind, its id, how it is called, its status, and a word beside it."""

    kind: str
    id: uuid.UUID
    title: str
    status: str
    beside: str


def find(text: str) -> list[Hit]:
    """What the rooms find for the text, a few of each kind, in one statement; an id finds the thing itself."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    if len(text) < 2:
        return []
    query = Query(text, _key(text))
    parts = [_few(kind, finder.select(query)) for kind, finder in finders()]
    return [Hit(*row) for row in db.session.execute(sa.union_all(*parts))]


def _few(kind: str, found: sa.Select[Any]) -> sa.Select[Any]:
    """The first of a kind, with the kind before them."""
    some = found.limit(EACH).subquery()
    return sa.select(sa.literal(kind).label("kind"), some)


def _key(text: str) -> uuid.UUID | None:
    bare = re.sub(r"^(job_|rec_)|-", "", text.lower())
    return uuid.UUID(bare) if re.fullmatch(r"[0-9a-f]{32}", bare) else None
