"""Everything the queue page shows for one request, gathered once for all the views that answer with it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_login import current_user

from app.accounts import queries as account_queries
from app.audit import queries as audit
from app.content import checks
from app.content import queries as contents
from app.content.payload_diff import sections
from app.core.ids import parse_id
from app.lib import clock
from app.reviews import queries, rules
from app.reviews.forms import CommentForm, DecisionForm
from app.reviews.views.messages import PageMessage, closing_message
from app.reviews.views.queue_filters import Filters, queue_context
from app.web import times
from app.web.pages import render, wants_fragment

if TYPE_CHECKING:
    from app.content.models import ContentItem

TABS = (("previews", "Previews", "1"), ("changes", "Changes", "2"), ("activity", "Activity", ""))


def render_request(
    request_id: uuid.UUID | str,
    *,
    args: Filters,
    notice: PageMessage | None = None,
    form: DecisionForm | None = None,
    has_moved: bool = False,
    came: bool = False,
    status: int | None = None,
    details: queries.RequestDetails | None = None,
) -> Response:
    """The page (or, for htmx, the region `review`) of one request. `came`: by itself, after a decision on another; `details`:
    the request, where it was read already."""
    details = details or queries.details(request_id)
    rows = queries.queue(args)
    return render(
        "reviews/show.html",
        block="review" if wants_fragment() else None,
        status=status or (notice.status if notice else 200),
        details=details,
        notice=notice or closing_message(details),
        form=form,
        has_moved=has_moved,
        came_at=int(clock.now().timestamp() * 1000) if came else "",
        **queue_context(rows, details.request.id, args),
        **_version_context(details),
        **_rights_context(details),
        **_tab_context(details),
    )


def _version_context(details: queries.RequestDetails) -> dict[str, Any]:
    """Previews, checks and changes of the version."""
    payload = details.artifact.payload
    accounts = account_queries.by_ids(details.item.planned_accounts or [])
    covers = contents.platforms_to_review(details.item)
    media = contents.facts(m["sha256"] for m in payload.get("media") or [])
    made = contents.previews(payload, accounts, covers, media)
    base = queries.base_version(details)
    changed = sections(base.payload, payload) if base else []
    return {
        "accounts": accounts,
        "whole_version": contents.version_view(payload, covers, media),
        "plan_hash": contents.plan_hash(details.item),
        "shown_hash": contents.posts_hash(details.item, details.artifact, media),
        "planned_time": _planned_time(details.item),
        "previews": made,
        "checks": checks.summary(payload, made if accounts else [], contents.duplicates(details.artifact)),
        "base": base,
        "changed": changed,
        "changes": sum(section.count for section in changed),
    }


def _planned_time(item: ContentItem) -> str:
    """The planned moment in the plan's own zone."""
    at = item.scheduled_for
    return (
        times.format_moment(at, clock.now().astimezone(times.zone(item.timezone)).date(), times.zone(item.timezone))
        if at
        else ""
    )


def _rights_context(details: queries.RequestDetails) -> dict[str, Any]:
    """What this person may do with the request now."""
    row, item, now = details.request, details.item, clock.now()
    may, is_open = queries.rights(row, item, now), rules.is_open(row, now) and details.is_standing
    return {
        "may": may,
        "is_open": is_open,
        "reasons": rules.REASONS,
        "sentence_max": rules.SENTENCE_MAX,
        "vote": queries.own_vote(row) if is_open and row.quorum > 1 else None,
        "undo_until": rules.undo_until(row.settled_at) if row.settled_at else None,
    }


def _comments_before() -> uuid.UUID | None:
    """The comment that the page asked for ends before; garbage means the newest page."""
    return parse_id(request.args.get("before", ""))


def _tab_context(details: queries.RequestDetails) -> dict[str, Any]:
    """The open tab, and only what it needs."""
    view = request.args.get("view", "")
    tab = view if view in {key for key, _, _ in TABS} else "previews"
    facts: dict[str, Any] = {"tabs": TABS, "tab": tab}
    if tab == "changes":
        facts["decisions"] = queries.decisions_of(details.item.id)
    if tab == "activity":
        both = [
            *audit.timeline("approval_requests", details.request.id),
            *audit.timeline("content_items", details.item.id),
        ]
        facts["history"] = sorted(both, key=lambda row: row.at, reverse=True)
        facts["before"] = _comments_before()
        facts["comments"] = queries.comments_of(
            details.request.id, internal=current_user.can("reviewer"), before=facts["before"]
        )
        facts["comment_form"] = CommentForm(formdata=None)
    return facts
