"""What is typed and not yet saved."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.content import bounds, payloads
from app.content.models import ContentDraft, ContentItem
from app.content.secret_check import find_secret
from app.core import actor
from app.core.db import app_now, db
from app.core.ids import uuid7
from app.core.locks import advisory
from app.lib.errors import Invalid

MOST_UNSAVED = 100  # new texts that one person has begun and neither saved nor discarded
TOO_MANY = (
    f"You have {MOST_UNSAVED} unsaved texts, and no more are kept. Save this one now, or save or discard an older one: "
    "the newest are listed under Content."
)


def autosave(
    item_id: uuid.UUID,
    raw: Mapping[str, Any],
    form: Mapping[str, Any],
    base_version_id: uuid.UUID | None,
    confirmed: bool,
) -> ContentDraft:
    """Keep what who acts has typed: one draft per item and person, not audited (it is nobody's work yet).

    Raises Invalid for a text too long to keep, for one that looks like a secret and was not `confirmed` (those are not
    stored silently), and for a new text of somebody who has left very many unsaved: none of those gives way to it.
    """
    wanted = payloads.normalize(raw)
    if wrong := bounds.too_much(wanted):
        raise Invalid(wrong)
    if not confirmed and (kind := find_secret(wanted)):
        raise Invalid({"confirm_secret": f"Not saved: this looks like {kind}."})
    exists = db.session.get(ContentItem, item_id) is not None
    person_id = _person_id()
    if not exists and _has_too_many(person_id, item_id):
        raise Invalid({"body": TOO_MANY})
    values = {
        "payload": wanted, "form": dict(form), "base_version_id": base_version_id, "saved_at": app_now(),
        "content_id": item_id if exists else None,
    }  # fmt: skip
    made = insert(ContentDraft).values(id=uuid7(), item_id=item_id, user_id=person_id, **values)
    stored = made.on_conflict_do_update(index_elements=["item_id", "user_id"], set_=values).returning(ContentDraft)
    return db.session.scalars(stored, execution_options={"populate_existing": True}).one()


def _has_too_many(person_id: uuid.UUID, item_id: uuid.UUID) -> bool:
    """Whether one more would pass the bound. Texts of items are not counted: there is one for each item at most."""
    advisory(f"content.drafts:{person_id}")  # two new texts at once would both see the last free place
    mine = sa.select(ContentDraft.item_id).where(ContentDraft.user_id == person_id, ContentDraft.content_id.is_(None))
    unsaved = set(db.session.scalars(mine))
    return item_id not in unsaved and len(unsaved) >= MOST_UNSAVED


def discard_draft(item_id: uuid.UUID) -> None:
    """Drop what who acts has typed into the item: it was saved, or given up."""
    mine = ContentDraft.user_id == _person_id()
    db.session.execute(sa.delete(ContentDraft).where(ContentDraft.item_id == item_id, mine))


def _person_id() -> uuid.UUID:
    person_id = actor.current().person_id
    if person_id is None:
        raise Invalid("A draft belongs to a person.")
    return person_id
