"""Ask for a review of a version, and take the question back."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from app.accounts import queries as account_queries
from app.audit.actions import record
from app.content import actions as content
from app.content import checks
from app.content.models import Artifact, ContentItem
from app.core import actor, settings
from app.core.db import db
from app.lib.errors import Conflict, Forbidden, Invalid, Overtaken
from app.platforms import registry
from app.publishing.queries.plan import posts_of
from app.reviews.actions.expiry import supersede
from app.reviews.actions.locking import add_vote, database_now, locked, locked_item, open_request, stands
from app.reviews.models import OPEN, REQUEST, ApprovalRequest
from app.reviews.rules import SENTENCE_MAX

NEWER = "Somebody saved a newer version meanwhile. Reload the page, read it, and ask for a review of that one."


def ask(
    item: ContentItem,
    artifact: Artifact,
    user: Any,
    note: str = "",
    due_at: datetime | None = None,
    assigned_to: uuid.UUID | None = None,
) -> ApprovalRequest:
    """Open a request for this version; the item moves to review. Asking twice returns the request there is.

    Raises Conflict when a newer version exists, Invalid when the version is not complete for its planned accounts
    (each problem with its platform) or a field makes no sense.
    """
    item, at = locked_item(item.id), database_now()
    if item.current_version_id != artifact.id:
        raise Overtaken(NEWER)
    standing = open_request(item)
    if standing is not None and stands(standing, item):
        return standing
    _check(item, artifact, note, due_at, at)
    if standing is not None:
        supersede(standing)
    request = _made(item, artifact, user, at)
    request.note, request.assigned_to = note.strip() or None, assigned_to
    request.due_at = due_at or (item.scheduled_for if item.scheduled_for and item.scheduled_for > at else None)
    db.session.add(request)
    content.to_review(item, artifact)
    db.session.flush()
    record("reviews.ask", request, note=request.note, version=[None, artifact.version])
    return request


def _check(item: ContentItem, artifact: Artifact, note: str, due_at: datetime | None, at: datetime) -> None:
    errors: dict[str, str] = {}
    if len(note) > SENTENCE_MAX:
        errors["note"] = f"This has {len(note):,} characters; at most {SENTENCE_MAX:,} are kept. Shorten it."
    if due_at is not None and due_at <= at:
        errors["due_at"] = "This moment has passed. Choose a later one, or leave it empty."
    wrong = _incomplete(item, artifact)
    if wrong:
        errors[""] = "Not ready for review yet. " + " ".join(wrong)
    if errors:
        raise Invalid(errors)


def _incomplete(item: ContentItem, artifact: Artifact) -> list[str]:
    """What keeps the version from going out on an account of its plan, each with the account's name."""
    accounts = [one for one in account_queries.by_ids(item.planned_accounts or []) if registry.has(one.platform)]
    posts = posts_of(artifact, {account.platform for account in accounts})
    return [
        f"{account.platform} {account.account_name}: {message}"
        for account in accounts
        for message in checks.errors(posts[account.platform], account.platform, account.configuration)
    ]


def _made(item: ContentItem, artifact: Artifact, user: Any, at: datetime) -> ApprovalRequest:
    quorum = settings.get("reviews.quorum")
    return ApprovalRequest(
        request_type="content",
        related_entity_id=item.id,
        requested_by=user.id,
        requested_at=at,
        artifact_id=artifact.id,
        content_hash=artifact.content_hash,
        author_id=artifact.created_by,
        expires_at=at + timedelta(days=settings.get("reviews.expires_after_days")),
        stages=[{"name": "Review", "quorum": quorum}],
        quorum=quorum,
        sensitivity_tags=list(item.sensitivity_tags or []),
        trace_id=actor.current().trace_id,
    )


def withdraw(request_id: uuid.UUID, user: Any) -> ApprovalRequest:
    """The author takes the question back: request cancelled, item draft again. Doing it twice does no harm.

    Raises Forbidden for anybody but who asked, wrote it, or an admin; Conflict when it was decided meanwhile.
    """
    request, item = locked(request_id)
    if user.id not in (request.requested_by, request.author_id) and not user.can("admin"):
        raise Forbidden("Only who asked for this review, or an admin, can withdraw it.")
    if request.status == "cancelled":
        return request
    if request.status not in OPEN:
        raise Conflict(f"This request is {request.status.replace('_', ' ')} already; there is nothing to withdraw.")
    add_vote(request, user.id, "withdraw", [], database_now())
    came_from = REQUEST.move(request, "cancelled")
    if item.status == "review":
        content.back_to_draft(item)
    record("reviews.withdraw", request, status=[came_from, "cancelled"])
    return request
