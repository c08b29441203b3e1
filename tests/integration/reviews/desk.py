"""A small desk for the review tests: people, one item with its version, a request for it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.content import actions as content
from app.content import queries as contents
from app.content.models import Artifact, ContentItem
from app.core import actor
from app.core.db import db
from app.core.transactions import transaction
from app.lib.roles import has_role
from app.reviews import actions
from app.reviews.models import ApprovalRequest
from app.staff.models import User


@dataclass(frozen=True)
class Person:
    """Who acts, as a view hands it to a verb."""

    id: uuid.UUID
    full_name: str
    role: str

    def can(self, least: str) -> bool:
        return has_role(self.role, least)


def person(role: str = "reviewer", name: str = "Mara Voss") -> Person:
    """Somebody on the staff."""

    def make() -> Person:
        key = uuid.uuid4().hex[:8]
        user = User(email=f"{key}@example.test", username=key, full_name=name, role=role)
        db.session.add(user)
        db.session.flush()
        return Person(user.id, name, role)

    return transaction(make)


@contextmanager
def being(who: Person) -> Iterator[None]:
    with actor.acting(actor.Actor(type="human", id=str(who.id), name=who.full_name, role=who.role)):
        yield


def payload(title: str = "Five stones, one story", body: str = "Five stones, one story.") -> dict[str, Any]:
    return {"title": title, "body": body}


def item(
    author: Person, title: str = "Five stones, one story", body: str = "Five stones, one story.", **columns: Any
) -> uuid.UUID:
    """A draft with one version; returns its id."""

    def make() -> uuid.UUID:
        row = content.create_item(payload(title, body))
        for name, value in columns.items():
            setattr(row, name, value)
        db.session.flush()
        return row.id

    with being(author):
        return transaction(make)


def asked(item_id: uuid.UUID, author: Person, **more: Any) -> ApprovalRequest:
    """A request for the item's current version."""

    def make() -> ApprovalRequest:
        row = db.session.get_one(ContentItem, item_id)
        return actions.ask(row, db.session.get_one(Artifact, row.current_version_id), **more)

    with being(author):
        return transaction(make)


def sight(request: ApprovalRequest) -> dict[str, str]:
    """What the page of a request shows now, as its form names it."""

    def read() -> dict[str, str]:
        row = db.session.get(ApprovalRequest, request.id)
        if row is None:
            return {"plan_hash": "", "shown_hash": ""}
        item = db.session.get_one(ContentItem, row.related_entity_id)
        shown = contents.posts_hash(item, db.session.get_one(Artifact, row.artifact_id))
        return {"plan_hash": contents.plan_hash(item), "shown_hash": shown}

    bound = {"artifact_id": str(request.artifact_id), "content_hash": request.content_hash or ""}
    return {**bound, **transaction(read)}


def decide(request: ApprovalRequest, who: Person, decision: str = "approve", **more: Any) -> actions.DecisionResult:
    """Decide on exactly what the request names, unless told otherwise."""
    given = {**sight(request), **more}
    with being(who):
        return transaction(actions.decide, request.id, decision, **given)


def new_version(item_id: uuid.UUID, author: Person, body: str) -> Artifact:
    """Save the item once more."""

    def make() -> Artifact:
        row = db.session.get_one(ContentItem, item_id)
        return content.save_version(row, payload(row.title, body), row.current_version_id)

    with being(author):
        return transaction(make)


def fresh(model: Any, key: Any) -> Any:
    """The row as it stands in the database."""
    return transaction(lambda: db.session.get(model, key, populate_existing=True))
