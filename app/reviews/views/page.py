"""Everything the queue page shows for one request, gathered once for all the views that answer with it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request, session, url_for
from flask_login import current_user

from app.accounts import queries as account_queries
from app.audit import queries as audit
from app.content import checks
from app.content import queries as contents
from app.content.changes import sections
from app.lib import clock
from app.platforms import registry
from app.reviews import queries, rules
from app.reviews.forms import CommentForm, DecisionForm
from app.reviews.models import OPEN
from app.reviews.queries.queue import SCOPES, SHOWN_AT_MOST, SORTS
from app.web import times
from app.web.pages import render, wants_fragment

TABS = (("previews", "Previews", "1"), ("changes", "Changes", "2"), ("activity", "Activity", ""))
KEPT = ("sort", "scope", "platform")
SAVED = "reviews.queue"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message on top of the page, with the status it is answered with."""

    title: str
    text: str
    status: int = 200
    tone: str = "wait"
    typed: str = ""
    """The sentence of a decision that was not taken; it is given back."""


def kept(source: Mapping[str, str] | None = None) -> dict[str, str]:
    """The queue's filter in the query string; what is not a known value means nothing."""
    args = source if source is not None else request.args
    allowed = {"sort": dict(SORTS), "scope": dict(SCOPES)}
    found = {name: args.get(name, "")[:40] for name in KEPT if args.get(name)}
    return {name: value for name, value in found.items() if name not in allowed or value in allowed[name]}


def remember(args: dict[str, str]) -> None:
    """Keep the filter for the next visit to the queue."""
    if args != session.get(SAVED, {}):
        session[SAVED] = args


def queue_of(args: Mapping[str, str]) -> list[queries.QueueRow]:
    """The queue of the person at the browser; empty for people who may not decide."""
    return queries.queue(args)


def show_item(
    request_id: uuid.UUID | str,
    *,
    args: dict[str, str],
    notice: Notice | None = None,
    form: DecisionForm | None = None,
    has_moved: bool = False,
    came: bool = False,
    status: int | None = None,
    found: queries.RequestDetails | None = None,
) -> Response:
    """The page (or, for htmx, the region `review`) of one request. `came`: by itself, after a decision on another; `found`:
    the request, where it was read already."""
    found = found or queries.details(request_id)
    rows = queue_of(args)
    return render(
        "reviews/show.html",
        block="review" if wants_fragment() else None,
        status=status or (notice.status if notice else 200),
        found=found,
        notice=notice or _ended(found),
        form=form,
        has_moved=has_moved,
        came_at=int(clock.now().timestamp() * 1000) if came else "",
        **place(rows, found.request.id, args),
        **_subject(found),
        **_rights(found),
        **_tab(found),
    )


def place(rows: list[queries.QueueRow], current: uuid.UUID | None, args: dict[str, str]) -> dict[str, Any]:
    ids = [row.id for row in rows]
    previous, following = rules.neighbours(ids, current)
    return {
        "queue": rows,
        "queue_size": f"{len(rows)}+" if len(rows) == SHOWN_AT_MOST else len(rows),
        "platforms": [(c.spec.slug, c.spec.name) for c in registry.all()],
        "is_fragment": wants_fragment(),
        "args": args,
        "sorts": SORTS,
        "scopes": SCOPES,
        "at": ids.index(current) + 1 if current in ids else None,
        "previous_url": _url(previous, args),
        "next_url": _url(following, args) if following != current else None,
        "is_default": not {k for k in args if k != "sort"} and len(rows) < SHOWN_AT_MOST,
    }


def _url(key: uuid.UUID | None, args: dict[str, str]) -> str | None:
    return url_for("reviews.show", request_id=key, **args) if key else None


def _subject(found: queries.RequestDetails) -> dict[str, Any]:
    """Previews, checks and changes of the version."""
    payload = found.artifact.payload
    accounts = account_queries.by_ids(found.item.planned_accounts or [])
    covers = contents.to_cover(found.item)
    media = contents.facts(m["sha256"] for m in payload.get("media") or [])
    made = contents.previews(payload, accounts, covers, media)
    base = queries.base_version(found)
    changed = sections(base.payload, payload) if base else []
    return {
        "accounts": accounts,
        "shown": contents.shown(payload, covers, media),
        "plan_hash": contents.plan_hash(found.item),
        "shown_hash": contents.shown_hash(found.item, found.artifact, media),
        "there": _there(found.item),
        "previews": made,
        "checks": checks.summary(payload, made if accounts else [], contents.twins(found.artifact)),
        "base": base,
        "changed": changed,
        "changes": sum(section.count for section in changed),
    }


def _there(item: Any) -> str:
    """The planned moment in the plan's own zone."""
    at = item.scheduled_for
    return (
        times.format_moment(at, clock.now().astimezone(times.zone(item.timezone)).date(), times.zone(item.timezone))
        if at
        else ""
    )


def _rights(found: queries.RequestDetails) -> dict[str, Any]:
    """What this person may do with the request now."""
    row, item, now = found.request, found.item, clock.now()
    may, is_open = queries.rights(row, item, now), rules.is_open(row, now) and found.is_standing
    return {
        "may": may,
        "is_open": is_open,
        "reasons": rules.REASONS,
        "sentence_max": rules.SENTENCE_MAX,
        "vote": queries.own_vote(row) if is_open and row.quorum > 1 else None,
        "undo_until": rules.undo_until(row.settled_at) if row.settled_at else None,
    }


def _before() -> uuid.UUID | None:
    """The comment that the page asked for ends before; garbage means the newest page."""
    try:
        return uuid.UUID(request.args.get("before", ""))
    except ValueError:
        return None


def _tab(found: queries.RequestDetails) -> dict[str, Any]:
    """The open tab, and only what it needs."""
    asked = request.args.get("view", "")
    tab = asked if asked in {key for key, _, _ in TABS} else "previews"
    facts: dict[str, Any] = {"tabs": TABS, "tab": tab}
    if tab == "changes":
        facts["said"] = queries.decisions_of(found.item.id)
    if tab == "activity":
        both = [*audit.timeline("approval_requests", found.request.id), *audit.timeline("content_items", found.item.id)]
        facts["history"] = sorted(both, key=lambda row: row.at, reverse=True)
        facts["before"] = _before()
        facts["comments"] = queries.comments_of(
            found.request.id, internal=current_user.can("reviewer"), before=facts["before"]
        )
        facts["comment_form"] = CommentForm(formdata=None)
    return facts


ENDED = {
    "expired": ("This request has expired", "Nobody decided in time. Its author can ask for a new review.", "idle"),
    "superseded": (
        "A newer version was saved",
        "This request has ended; the newer version needs a review of its own.",
        "wait",
    ),
    "replanned": (
        "The plan changed",
        "Accounts, time and zone are part of what is decided, so this request has ended; the new plan is asked for anew.",
        "wait",
    ),
    "cancelled": ("The author withdrew this request", "There is nothing to decide any more.", "idle"),
}


def _ended(found: queries.RequestDetails) -> Notice | None:
    status = found.request.status
    if status == "superseded" or (status in OPEN and not found.is_standing):
        status = "replanned" if found.is_current else "superseded"
    elif status in OPEN and not rules.is_open(found.request, clock.now()):
        status = "expired"
    return Notice(*ENDED[status][:2], tone=ENDED[status][2]) if status in ENDED else None
