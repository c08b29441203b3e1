"""The list of content: filters, search, sorts, the columns of its CSV, the saved views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer

from app.content.models import ITEM, KINDS, Artifact, ContentItem
from app.content.queries.rare_matches import rare_by_platform, rare_by_words
from app.content.search import unindexed_clause
from app.core.db import db
from app.core.listing import Choice, Filter, Key, Listing, Period, Walk
from app.platforms import registry
from app.staff.models import User
from app.web import labels

FAR: Any = sa.literal_column("'2999-01-01 00:00:00+00'::timestamptz", sa.DateTime(timezone=True))
"""When an item is sorted that has no plan; a literal, because an index stands on it."""
AWAY = ("archived", "cancelled")

VIEWS = (
    ("", "All"), ("mine", "Mine"), ("draft", "Drafts"), ("review", "In review"), ("needs_revision", "Changes requested"),
    ("approved", "Approved"), ("scheduled", "Scheduled"), ("published", "Published"), ("archived", "Archived"),
)  # fmt: skip


def _select(away: bool) -> sa.Select[*tuple[Any, ...]]:
    in_list = ContentItem.status.in_(AWAY) if away else ContentItem.status.not_in(AWAY)
    return (
        sa.select(ContentItem, Artifact.version, User.full_name)
        .outerjoin(Artifact, Artifact.id == ContentItem.current_version_id)
        .outerjoin(User, User.id == ContentItem.created_by)
        .options(defer(ContentItem.content), defer(ContentItem.approved_composed))
        .where(ContentItem.deleted_at.is_(None), in_list)
    )


def authors() -> list[tuple[str, str]]:
    """Everybody who has made an item: for the filter."""
    wrote = sa.select(ContentItem.created_by).where(ContentItem.created_by == User.id).exists()
    rows = db.session.execute(sa.select(User.id, User.full_name).where(wrote).order_by(User.full_name)).all()
    return [(str(key), name) for key, name in rows]


def _platform_clause(slug: str) -> sa.ColumnElement[bool] | Walk:
    """`= ANY`, which no index answers: on the way down a list it would hand out all its rows before the first is shown."""
    found = rare_by_platform(slug)
    return Walk(ContentItem.planned_platforms.any_() == slug) if found is None else ContentItem.id.in_(found)


FILTERS: Mapping[str, Filter] = {
    "status": Choice(ContentItem.status, [(s, labels.status(s).word) for s in ITEM.states], "Status"),
    "kind": Choice(ContentItem.content_type, KINDS, "Kind"),
    "platform": Choice(
        _platform_clause,
        lambda: [(c.spec.slug, c.spec.name) for c in registry.all()],
        "Platform",
    ),
    "author": Choice(lambda v: ContentItem.created_by == sa.cast(v, sa.Uuid), authors, "Author"),
    "campaign": Key(ContentItem.campaign_id, "Campaign"),
    "since": Period(ContentItem.updated_at, "Period"),
}
SORTS = {
    "updated": ContentItem.updated_at,
    "title": sa.func.lower(ContentItem.title),
    "planned": sa.func.coalesce(ContentItem.scheduled_for, FAR),
    "created": ContentItem.created_at,
}


def _search(query: str) -> sa.ColumnElement[bool] | Walk:
    found = rare_by_words(query)
    return Walk(unindexed_clause(ContentItem.search, query)) if found is None else ContentItem.id.in_(found)


def _listing(away: bool) -> Listing:
    return Listing(
        select=_select(away), search=_search, filters=FILTERS, sorts=SORTS, default="-updated",
        tiebreak=ContentItem.id, per_page=25,
    )  # fmt: skip


LISTING, PUT_AWAY = _listing(away=False), _listing(away=True)


def listing(args: Mapping[str, str]) -> Listing:
    """What is archived or cancelled shows only when it is expand_view for."""
    return PUT_AWAY if args.get("status") in AWAY else LISTING


def expand_view(args: Mapping[str, str], user_id: object) -> dict[str, str]:
    """The query string with the saved view spelled out; a filter that was chosen by hand wins over the view's."""
    view = args.get("view", "")
    means = {"author": str(user_id)} if view == "mine" else {"status": view} if view in dict(VIEWS) and view else {}
    return {**means, **{k: v for k, v in args.items() if v}}


COLUMNS: dict[str, Callable[[Any], Any]] = {
    "title": lambda r: r[0].title,
    "kind": lambda r: r[0].content_type,
    "status": lambda r: r[0].status,
    "version": lambda r: r[1],
    "author": lambda r: r[2],
    "platforms": lambda r: " ".join(r[0].planned_platforms),
    "planned for": lambda r: r[0].scheduled_for,
    "published": lambda r: r[0].published_at,
    "words": lambda r: r[0].word_count,
    "language": lambda r: r[0].language,
    "changed": lambda r: r[0].updated_at,
    "id": lambda r: r[0].id,
}
