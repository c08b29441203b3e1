"""Refuses a decision that comes too late, saying to the person who acts what happened meanwhile."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from app.content import queries as contents
from app.content.models import Artifact, ContentItem
from app.core import actor
from app.core.db import db
from app.lib.errors import Conflict, Overtaken
from app.reviews.models import OPEN, SETTLED, ApprovalRequest
from app.reviews.rules import is_open
from app.staff.models import User

DID = {"approved": "approved", "rejected": "rejected", "changes_requested": "asked for changes on"}


PLAN = "The plan changed while you read: look again. The plan is part of the decision, so it is asked for anew."


def must_be_open(request: ApprovalRequest, item: ContentItem, at: datetime) -> None:
    """Raises Conflict, saying who was first and when, or why the request has ended."""
    if request.status in SETTLED:
        who = name_of(request.settled_by)
        first = "already" if who == "You" else "first"
        raise Overtaken(f"{who} {DID[request.status]} this version {first}, {ago(request.settled_at, at)}.")
    same_version = item.current_version_id == request.artifact_id
    if same_version and (request.status == "superseded" or (request.status in OPEN and item.status != "review")):
        raise Overtaken(PLAN)
    if request.status == "superseded":
        raise Overtaken("A newer version was saved, so this request has ended. Open the newer one.")
    if request.status == "cancelled":
        raise Overtaken("The author withdrew this request. There is nothing to decide any more.")
    if not is_open(request, at):
        raise Conflict("This request has expired. The author can ask for a new review.")


def must_be_this_version(request: ApprovalRequest, item: ContentItem, artifact_id: str, content_hash: str) -> None:
    """Raises Conflict when the page showed another version than the one under review, or a newer one was saved."""
    if item.current_version_id != request.artifact_id:
        newer = db.session.get(Artifact, item.current_version_id)
        who = name_of(newer.created_by) if newer else "Somebody"
        number = f"version {newer.version}" if newer else "a newer version"
        raise Overtaken(f"{who} saved {number} while you were reading. What you saw is no longer what would go out.")
    if str(request.artifact_id) != artifact_id or request.content_hash != content_hash:
        raise Conflict("This page showed another version than the one under review. Reload it and read it again.")


def must_be_as_shown(item: ContentItem, version: Artifact, plan_hash: str, shown_hash: str) -> None:
    """Raises Conflict when the page showed another plan, or other words than those that would go out."""
    if contents.plan_hash(item) != plan_hash:
        raise Overtaken("The plan changed while you read: look again. Nothing was decided.")
    if contents.posts_hash(item, version) != shown_hash:
        raise Overtaken("What would go out is no longer what this page showed: look again. Nothing was decided.")


def name_of(user_id: uuid.UUID | None) -> str:
    """A person's name for a message; "You" for who acts, and reads it."""
    if user_id is not None and user_id == actor.current().person_id:
        return "You"
    return db.session.scalar(sa.select(User.full_name).where(User.id == user_id)) or "Somebody"


def ago(moment: datetime | None, at: datetime) -> str:
    """How long ago, in words: messages are made where no reader's time zone is known."""
    seconds = (at - moment).total_seconds() if moment else 0.0
    if seconds < 60:
        return "a moment ago"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    return f"{int(seconds // 3600)} h ago" if seconds < 172_800 else f"{int(seconds // 86_400)} days ago"
