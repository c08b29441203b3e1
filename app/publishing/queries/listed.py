"""The list of records: rows of plain columns (no entities: a third of a page's time), saved views, filters, CSV."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.content.models import ContentItem
from app.content.search import clause
from app.core.db import db
from app.core.listing import Choice, Key, Period
from app.platforms import registry
from app.publishing.models import ERROR_TYPES, RECORD, PublishHold, PublishJob, PublishRecord
from app.publishing.queries.counted import Counted
from app.vault.models import PlatformCredential
from app.web import labels

R = PublishRecord
CAP = 250
"""Beyond it a saved view says "250+": a person needs no more, and a million records cost what ten thousand do."""
RARE = 500
UNSETTLED = ("publishing", "confirming", "retrying", "unknown")
ASKS = ("late", "changed", "restored", "human")
"""Reasons of a record's own hold that wait for a person's answer."""


def _held_alone() -> sa.Select[Any]:
    held = sa.select(sa.cast(PublishHold.scope_id, sa.Uuid).label("id"))
    return held.where(PublishHold.released_at.is_(None), PublishHold.scope == "record", PublishHold.reason.in_(ASKS))


def _asking(most: int | None = None) -> sa.CompoundSelect[Any]:
    """Ids of failed records not given up by a person, unknown ones that nobody can look for, and held ones with a question."""
    failed = sa.select(R.id).where(R.status == "failed", R.dead_letter_reason.is_distinct_from("given_up"))
    asked = sa.select(R.id).where(R.status == "unknown", R.next_retry_at.is_(None))
    parts = [failed, asked, _held_alone()]
    return sa.union_all(*(sa.select(part.limit(most).subquery().c.id) for part in parts) if most else parts)


def needs_action() -> sa.ColumnElement[bool]:
    """Whether a record waits for a person."""
    return R.id.in_(_asking())


VIEWS: Mapping[str, tuple[str, Callable[[], sa.ColumnElement[bool]]]] = {
    "needs-action": ("Needs action", needs_action),
    "in-progress": ("In progress", lambda: R.status.in_(UNSETTLED)),
    "scheduled": ("Scheduled", lambda: R.status == "pending"),
    "published": ("Published", lambda: R.status == "success"),
}


def _select() -> sa.Select[Any]:
    columns = (
        R.id, R.job_id, R.platform, R.account_name, R.credential_id, R.status, R.error_type, R.error_message, R.retry_count,
        R.max_retries, R.attempt_count, R.due_at, R.next_retry_at, R.claimed_at, R.published_at, R.platform_url, R.was_unknown,
        R.dead_letter_reason, R.meta["remarks"].label("remarks"), PublishJob.campaign_id, ContentItem.title,
    )  # fmt: skip
    return (
        sa.select(*columns)
        .join(PublishJob, PublishJob.id == R.job_id)
        .join(ContentItem, ContentItem.id == PublishJob.content_id)
    )


def _search(text: str) -> sa.ColumnElement[bool]:
    """A whole id or the end that pages show (`rec_9a41d7b2`), else words of the title, an account, or what the platform said."""
    bare = text.strip().lower().removeprefix("job_").removeprefix("rec_").replace("-", "")
    if len(bare) in (8, 32) and all(c in "0123456789abcdef" for c in bare):
        if len(bare) == 32:
            return sa.or_(R.id == uuid.UUID(bare), R.job_id == uuid.UUID(bare))
        return sa.or_(*(sa.func.right(sa.cast(column, sa.Text), 8) == bare for column in (R.id, R.job_id)))
    kept = db.session().info.setdefault("searched", {})  # a page asks twice: for its rows and for their number
    if text not in kept:
        kept[text] = _by_words(text)
    found: sa.ColumnElement[bool] = kept[text]
    return found


def _by_words(text: str) -> sa.ColumnElement[bool]:
    """Rare words are looked up first, so that a search that finds little does not read every record; common ones are met
    soon enough on the way down the list. What a platform said is searched where something went wrong."""
    titled = clause(ContentItem.search, text)
    found = db.session.scalars(sa.select(ContentItem.id).where(titled).limit(RARE + 1)).all()
    like = sa.func.lower(PlatformCredential.account_name).contains(text.lower(), autoescape=True)
    accounts = db.session.scalars(sa.select(PlatformCredential.id).where(like).limit(RARE)).all()
    low = sa.func.lower(R.error_message).contains(text.lower(), autoescape=True)
    wrong = [sa.select(R.id).where(where, low) for where in (R.dead_letter_at.is_not(None), R.status.in_(UNSETTLED))]
    ids = (
        [*wrong]
        if len(found) > RARE
        else [
            *wrong,
            sa.select(R.id).join(PublishJob, PublishJob.id == R.job_id).where(PublishJob.content_id.in_(found)),
        ]
    )
    parts = [R.id.in_(sa.union_all(*ids))]
    if len(found) > RARE:
        parts.append(titled)
    if accounts:
        parts.append(R.credential_id.in_(accounts))
    return sa.or_(*parts)


FILTERS = {
    "view": Choice(lambda value: VIEWS[value][1](), [(key, word) for key, (word, _) in VIEWS.items()], "View"),
    "platform": Choice(R.platform, lambda: [(c.spec.slug, c.spec.name) for c in registry.CONNECTORS], "Platform"),
    "error": Choice(R.error_type, [(key, labels.error_type(key).word) for key in ERROR_TYPES], "Error"),
    "status": Choice(R.status, [(key, labels.status(key).word) for key in RECORD.states], "Status"),
    "since": Period(R.due_at, "Period"),
    "account": Key(R.credential_id, "Account"),
    "campaign": Key(PublishJob.campaign_id, "Campaign"),
    "content": Key(PublishJob.content_id, "Content"),
    "job": Key(R.job_id, "Job"),
}

RECORDS = Counted(
    select=_select(),
    search=_search,
    filters=FILTERS,
    sorts={"due": R.due_at, "status": R.status},
    default="-due",
    tiebreak=R.id,
    per_page=50,
    light=frozenset(("view", "platform", "error", "status", "since", "account", "job")),
)


@cache
def _counting() -> sa.Select[Any]:
    """Made once: building it costs more than running it."""
    named = {"": sa.true(), **{key: condition() for key, (_, condition) in VIEWS.items()}}
    return sa.select(*(_how_many(key, condition).scalar_subquery() for key, condition in named.items()))


def _how_many(view: str, condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Up to the cap, reading no more rows than that: what asks is capped part by part."""
    ids = (
        sa.select(_asking(CAP + 1).subquery().c.id).distinct()
        if view == "needs-action"
        else sa.select(R.id).where(condition)
    )
    return sa.select(sa.func.count()).select_from(ids.limit(CAP + 1).subquery())


def counts() -> dict[str, int]:
    """How many records each saved view has, counted no further than the cap, in one statement."""
    return dict(zip(("", *VIEWS), db.session.execute(_counting()).one(), strict=True))


def asking() -> sa.Select[Any]:
    """How many records need a person, as a statement for others to embed."""
    return _how_many("needs-action", needs_action())


_OPEN_HOLDS = sa.select(PublishHold.scope, PublishHold.scope_id).where(PublishHold.released_at.is_(None))
_FIRST_HOLDS = _OPEN_HOLDS.limit(CAP + 1)


def holds_over(record_ids: Iterable[uuid.UUID]) -> set[tuple[str, str]]:
    """(scope, id) of every open hold that may cover one of these records. Mostly there are few open holds, so all are read by a
    statement made once; only after a restore, which holds each record, those of these records are asked for."""
    found = db.session.execute(_FIRST_HOLDS).all()
    if len(found) > CAP:
        shown = [str(key) for key in record_ids]
        found = db.session.execute(
            _OPEN_HOLDS.where(sa.or_(PublishHold.scope != "record", PublishHold.scope_id.in_(shown)))
        ).all()
    return {(scope, key) for scope, key in found}


COLUMNS: dict[str, Callable[[Any], Any]] = {
    "title": lambda r: r.title, "platform": lambda r: r.platform, "account": lambda r: r.account_name,
    "status": lambda r: r.status, "error type": lambda r: r.error_type, "error": lambda r: r.error_message,
    "attempts": lambda r: r.attempt_count, "retries": lambda r: r.retry_count, "due": lambda r: r.due_at,
    "next try": lambda r: r.next_retry_at, "published": lambda r: r.published_at, "link": lambda r: r.platform_url,
    "job": lambda r: r.job_id, "record": lambda r: r.id,
}  # fmt: skip
