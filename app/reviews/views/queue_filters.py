"""The filter of the queue, queue_filters in every link and for the next visit, and what the queue beside a request shows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import request, session, url_for

from app.platforms import registry
from app.reviews import navigation, queries
from app.reviews.queries.queue import MOST_ROWS, SCOPES, SORTS
from app.web.pages import wants_fragment

NAMES = ("sort", "scope", "platform")
SESSION_KEY = "reviews.queue"

Filters = dict[str, Any]
"""Name of a filter → its value as text. The values are not declared `str`: `url_for` takes flags by name, too."""


def queue_filters(source: Mapping[str, str] | None = None) -> Filters:
    """The queue's filter in the query string, or in `source`; what is not a known value means nothing."""
    args = source if source is not None else request.args
    allowed = {"sort": dict(SORTS), "scope": dict(SCOPES)}
    given = {name: args.get(name, "")[:40] for name in NAMES if args.get(name)}
    return {name: value for name, value in given.items() if name not in allowed or value in allowed[name]}


def save_filters(args: Filters) -> None:
    """Keep the filter for the next visit to the queue."""
    if args != session.get(SESSION_KEY, {}):
        session[SESSION_KEY] = args


def queue_context(rows: list[queries.QueueRow], current: uuid.UUID | None, args: Filters) -> dict[str, Any]:
    """What the queue, and the links to the items beside `current`, need in the template."""
    ids = [row.id for row in rows]
    previous, following = navigation.neighbours(ids, current)
    return {
        "queue": rows,
        "queue_size": f"{len(rows)}+" if len(rows) == MOST_ROWS else len(rows),
        "platforms": [(c.spec.slug, c.spec.name) for c in registry.all()],
        "is_fragment": wants_fragment(),
        "args": args,
        "sorts": SORTS,
        "scopes": SCOPES,
        "at": ids.index(current) + 1 if current in ids else None,
        "previous_url": _url(previous, args),
        "next_url": _url(following, args) if following != current else None,
        "is_default": not {k for k in args if k != "sort"} and len(rows) < MOST_ROWS,
    }


def _url(key: uuid.UUID | None, args: Filters) -> str | None:
    return url_for("reviews.show", request_id=key, **args) if key else None
