"""Ask for a review of a version, and take the question back."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from app.accounts import queries as account_queries
from app.audit import actions as audit
from app.content import actions as content
from app.content import checks
from app.content.models import Artifact, ContentItem
from app.core import actor, settings
from app.core.db import database_now, db
from app.lib.errors import Conflict, Invalid, Overtaken
from app.platforms import registry
from app.publishing.queries.plan import posts_of
from app.reviews import queries, rules
from app.reviews.actions.expiry import supersede
from app.reviews.actions.locking import add_vote, lock_item, lock_request, open_request
from app.reviews.models import REQUEST, ApprovalRequest

NEWER = "Somebody saved a newer version meanwhile. Reload the page, read it, and ask for a review of that one."


def ask(
    item: ContentItem,
    artifact: Artifact,
    note: str = "",
    due_at: datetime | None = None,
    assigned_to: uuid.UUID | None = None,
) -> ApprovalRequest:
    """Open a request for this version, asked by who acts; the item moves to review. Asking twice returns the request there is.

    Raises Conflict when a newer version exists, Invalid when the version is not complete for its planned accounts
    (each problem with its platform) or a field makes no sense.
    """
    item, at = lock_item(item.id), database_now()
    if item.current_version_id != artifact.id:
        raise Overtaken(NEWER)
    standing = open_request(item)
    if standing is not None and rules.is_up_to_date(standing, item):
        return standing
    _check(item, artifact, note, due_at, at)
    if standing is not None:
        supersede(standing)
    request = _new_request(item, artifact, at)
    request.note, request.assigned_to = note.strip() or None, assigned_to
    request.due_at = due_at or (item.scheduled_for if item.scheduled_for and item.scheduled_for > at else None)
    db.session.add(request)
    with actor.tracing(request.trace_id):
        content.to_review(item, artifact)
        db.session.flush()
        audit.record("reviews.ask", request, note=request.note, version=[None, artifact.version])
    return request


def _check(item: ContentItem, artifact: Artifact, note: str, due_at: datetime | None, at: datetime) -> None:
    errors: dict[str, str] = {}
    if len(note) > rules.SENTENCE_MAX:
        errors["note"] = f"This has {len(note):,} characters; at most {rules.SENTENCE_MAX:,} are kept. Shorten it."
    if due_at is not None and due_at <= at:
        errors["due_at"] = "This moment has passed. Choose a later one, or leave it empty."
    wrong = _incomplete(item, artifact)
    if wrong:
        errors[""] = "Not ready for review yet. " + " ".join(wrong)
    if errors:
        raise Invalid(errors)


def _incomplete(item: ContentItem, artifact: Artifact) -> list[str]:
    """What keeps the version from going out on an account of its plan, each with the account's name."""
    accounts = [
        account for account in account_queries.by_ids(item.planned_accounts or []) if registry.has(account.platform)
    ]
    posts = posts_of(artifact, {account.platform for account in accounts})
    return [
        f"{account.platform} {account.account_name}: {message}"
        for account in accounts
        for message in checks.errors(posts[account.platform], account.platform, account.configuration)
    ]


def _new_request(item: ContentItem, artifact: Artifact, at: datetime) -> ApprovalRequest:
    who, quorum = actor.current(), settings.get("reviews.quorum")
    return ApprovalRequest(
        request_type="content",
        related_entity_id=item.id,
        requested_by=who.person_id,
        requested_at=at,
        artifact_id=artifact.id,
        content_hash=artifact.content_hash,
        author_id=artifact.created_by,
        expires_at=at + timedelta(days=settings.get("reviews.expires_after_days")),
        stages=[{"name": "Review", "quorum": quorum}],
        quorum=quorum,
        sensitivity_tags=list(item.sensitivity_tags or []),
        trace_id=artifact.trace_id or who.trace_id,
    )


def withdraw(request_id: uuid.UUID) -> ApprovalRequest:
    """The author takes the question back: request cancelled, item draft again. Doing it twice does no harm.

    Raises Forbidden for anybody but who asked, wrote it, or an admin; Conflict when it was decided meanwhile.
    """
    request, item = lock_request(request_id)
    at = database_now()
    refusal = queries.rights(request, item, at).withdraw
    if request.status == "cancelled" and isinstance(refusal, Conflict):
        return request
    if refusal is not None:
        raise refusal
    add_vote(request, "withdraw", [], at)
    came_from = REQUEST.move(request, "cancelled")
    if item.status == "review":
        content.back_to_draft(item)
    audit.record("reviews.withdraw", request, status=[came_from, "cancelled"])
    return request
