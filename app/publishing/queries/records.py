"""The list of records: rows of plain columns (no entities: a third of a page's time), saved views, filters, CSV."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Account
from app.content.models import ContentItem
from app.content.queries.rare_matches import RARE, rare_by_words
from app.content.search import unindexed_clause
from app.core.db import db
from app.core.listing import Choice, Key, Listing, Period, Walk, contains, one_of
from app.platforms import registry
from app.publishing.models import ERROR_TYPES, FINAL, OPEN, RECORD, PublishHold, PublishJob, PublishRecord
from app.web import labels

R = PublishRecord
CAP = 250
"""Beyond it a saved view says "250+": a person needs no more, and a million records cost what ten thousand do."""
MESSAGES_SEARCHED = 2_000
"""So many of the newest failures are searched for what the platform said."""
UNSETTLED = ("publishing", "confirming", "retrying", "unknown")
ASKS = ("late", "changed", "restored", "human")
"""Reasons of a record's own hold that wait for a person's answer."""


def _held_records() -> sa.Select[Any]:
    held = sa.select(sa.cast(PublishHold.scope_id, sa.Uuid).label("id"))
    return held.where(PublishHold.released_at.is_(None), PublishHold.scope == "record", PublishHold.reason.in_(ASKS))


def _failures() -> sa.Select[Any]:
    return sa.select(R.id).where(R.status == "failed", R.dead_letter_reason.is_distinct_from("given_up"))


def _questions() -> sa.Select[Any]:
    return sa.select(R.id).where(R.status == "unknown", R.next_retry_at.is_(None))


def _needing_action(most: int | None = None) -> sa.CompoundSelect[Any]:
    """Ids of failed records not given up by a person, unknown ones that nobody can look for, and held ones with a question."""
    parts = [_failures(), _questions(), _held_records()]
    return sa.union_all(*(sa.select(part.limit(most).subquery().c.id) for part in parts) if most else parts)


def newest_needing_action(most: int) -> sa.CompoundSelect[Any]:
    """Ids of the `most` newest of each of these: enough for whoever shows no more."""
    held = sa.select(R.id).where(R.id.in_(_held_records()))
    newest = (part.order_by(R.due_at.desc(), R.id.desc()).limit(most) for part in (_failures(), _questions(), held))
    return sa.union_all(*(sa.select(part.subquery().c.id) for part in newest))


def needs_action() -> sa.ColumnElement[bool]:
    """Whether a record waits for a person."""
    return one_of(R.id, _needing_action())


VIEWS: Mapping[str, tuple[str, Callable[[], sa.ColumnElement[bool]]]] = {
    "needs-action": ("Needs action", needs_action),
    "in-progress": ("In progress", lambda: R.status.in_(UNSETTLED)),
    "scheduled": ("Scheduled", lambda: R.status == "pending"),
    "published": ("Published", lambda: R.status == "success"),
}


HEX = frozenset("0123456789abcdef")
_POST = (
    sa.select(PublishJob.campaign_id, ContentItem.title, ContentItem.search)
    .join(ContentItem, ContentItem.id == PublishJob.content_id)
    .where(PublishJob.id == R.job_id)
    .correlate(R)
    .offset(0)
    .lateral("post")
)
"""What a row shows of its job and item. OFFSET 0: looked up for the rows of a page, whatever the planner thinks how many there are."""


def _of_jobs(column: Any) -> Callable[[uuid.UUID], sa.ColumnElement[bool]]:
    return lambda key: one_of(R.job_id, sa.select(PublishJob.id).where(column == key).correlate(None))


def _of_account(key: uuid.UUID) -> sa.ColumnElement[bool]:
    """Settled and open ones have an index each: a whole one would be written at each step of a delivery."""
    return sa.or_(*(sa.and_(R.credential_id == key, R.status.in_(some)) for some in (FINAL, OPEN)))


def _select() -> sa.Select[Any]:
    columns = (
        R.id, R.job_id, R.platform, R.account_name, R.credential_id, R.status, R.error_type, R.error_message, R.retry_count,
        R.max_retries, R.attempt_count, R.due_at, R.next_retry_at, R.claimed_at, R.published_at, R.platform_url, R.was_unknown,
        R.dead_letter_reason, R.meta["remarks"].label("remarks"), _POST.c.campaign_id, _POST.c.title,
    )  # fmt: skip
    return sa.select(*columns).join(_POST, sa.true())


def _search(text: str) -> sa.ColumnElement[bool] | Walk:
    """A whole id or the end that pages show (`rec_9a41d7b2`), else words of the title, an account, or what the platform said. Eight
    figures may be an end or a word; what has hyphens is a whole id or words, such as a date."""
    typed = text.strip().lower()
    bare = typed.removeprefix("job_").removeprefix("rec_")
    whole = bare.replace("-", "")
    if len(whole) == 32 and HEX.issuperset(whole):
        return sa.or_(R.id == uuid.UUID(whole), R.job_id == uuid.UUID(whole))
    if len(bare) != 8 or not HEX.issuperset(bare):
        return _by_text(text)
    words = _by_text(text) if bare == typed else None
    return _by_id_end(bare) if words is None or isinstance(words, Walk) else sa.or_(_by_id_end(bare), words)


def _by_id_end(end: str) -> sa.ColumnElement[bool]:
    """Records whose id, or whose job's id, ends so. Settled ones by an index that is written once a record, when it is settled;
    the few others one by one."""
    mine, jobs = (sa.func.right(sa.cast(key, sa.Text), sa.literal_column("8")) == end for key in (R.id, PublishJob.id))
    arms = [sa.select(R.id).where(mine, R.status.in_(some)) for some in (FINAL, OPEN)]
    arms.append(sa.select(R.id).join(PublishJob, PublishJob.id == R.job_id).where(jobs))
    return one_of(R.id, sa.union_all(*arms))


def _by_text(text: str) -> sa.ColumnElement[bool] | Walk:
    """Rare words are looked up first, so that a search that finds little does not read every record; common ones, and the
    records of an account, are met soon enough on the way down the list. What a platform said is searched where something
    went wrong lately."""
    found, accounts = rare_by_words(text), _accounts(text)
    parts: list[sa.ColumnElement[bool]] = [R.id.in_(_by_message(text))]
    if found is not None and not accounts:
        of_found = sa.select(R.id).join(PublishJob, PublishJob.id == R.job_id).where(PublishJob.content_id.in_(found))
        return one_of(R.id, sa.union_all(_by_message(text), of_found))
    if accounts:
        parts.append(R.credential_id.in_(accounts))
    titled = sa.select(PublishJob.id).where(PublishJob.content_id.in_(found or ())).correlate(None)
    parts.append(unindexed_clause(_POST.c.search, text) if found is None else R.job_id.in_(titled))
    return Walk(sa.or_(*parts))


def _accounts(text: str) -> list[uuid.UUID]:
    kept: dict[str, list[uuid.UUID]] = db.session().info.setdefault(
        "searched_accounts", {}
    )  # a page asks more than once
    if text not in kept:
        like = contains([Account.account_name], text)
        kept[text] = list(db.session.scalars(sa.select(Account.id).where(like).limit(RARE)))
    return kept[text]


def _by_message(text: str) -> sa.CompoundSelect[Any]:
    """Ids of records whose platform said this: of the newest that were given up, and of those under way."""
    given_up = sa.select(R.id, R.error_message).where(R.dead_letter_at.is_not(None))
    newest = given_up.order_by(R.dead_letter_at.desc()).limit(MESSAGES_SEARCHED).subquery()
    running = sa.select(R.id).where(R.status.in_(UNSETTLED), contains([R.error_message], text))
    return sa.union_all(sa.select(newest.c.id).where(contains([newest.c.error_message], text)), running)


FILTERS: dict[str, Any] = {
    "view": Choice(lambda value: VIEWS[value][1](), [(key, word) for key, (word, _) in VIEWS.items()], "View"),
    "platform": Choice(R.platform, lambda: [(c.spec.slug, c.spec.name) for c in registry.CONNECTORS], "Platform"),
    "error": Choice(R.error_type, [(key, labels.error_type(key).word) for key in ERROR_TYPES], "Error"),
    "status": Choice(R.status, [(key, labels.status(key).word) for key in RECORD.states], "Status"),
    "since": Period(R.due_at, "Period"),
    "account": Key(_of_account, "Account"),
    "campaign": Key(_of_jobs(PublishJob.campaign_id), "Campaign"),
    "content": Key(_of_jobs(PublishJob.content_id), "Content"),
    "job": Key(R.job_id, "Job"),
}

RECORDS = Listing(
    select=_select(),
    search=_search,
    filters=FILTERS,
    sorts={"due": R.due_at, "status": (R.status, R.due_at)},
    default="-due",
    tiebreak=R.id,
    per_page=50,
    light=frozenset(FILTERS),
)


@cache
def _count_statement() -> sa.Select[Any]:
    """Made once: building it costs more than running it."""
    named = {"": sa.true(), **{key: condition() for key, (_, condition) in VIEWS.items()}}
    return sa.select(*(_count_capped(key, condition).scalar_subquery() for key, condition in named.items()))


def _count_capped(view: str, condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Up to the cap, reading no more rows than that: what asks is capped part by part."""
    ids = (
        sa.select(_needing_action(CAP + 1).subquery().c.id).distinct()
        if view == "needs-action"
        else sa.select(R.id).where(condition)
    )
    return sa.select(sa.func.count()).select_from(ids.limit(CAP + 1).subquery())


def counts() -> dict[str, int]:
    """How many records each saved view has, counted no further than the cap, in one statement."""
    return dict(zip(("", *VIEWS), db.session.execute(_count_statement()).one(), strict=True))


def needs_action_count() -> sa.Select[Any]:
    """How many records need a person, as a statement for others to embed."""
    return _count_capped("needs-action", needs_action())


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
