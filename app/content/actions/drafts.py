"""What is typed and not yet saved."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.content import bounds
from app.content import payload as payloads
from app.content.models import ContentDraft, ContentItem
from app.content.suspicious import secret
from app.core.db import app_now, db, uuid7
from app.ground.errors import Invalid


def autosave(
    item_id: uuid.UUID,
    user_id: uuid.UUID,
    raw: Mapping[str, Any],
    form: Mapping[str, Any],
    base_version_id: uuid.UUID | None,
    confirmed: bool,
) -> ContentDraft:
    """Keep what was typed: one draft per item and person, not audited (it is nobody's work yet).

    Raises Invalid for a text too long to keep, and for one that looks like a secret and was not `confirmed`: those are not
    stored silently.
    """
    wanted = payloads.payload(raw)
    if wrong := bounds.too_much(wanted):
        raise Invalid(wrong)
    if not confirmed and (kind := suspect(wanted)):
        raise Invalid({"confirm_secret": f"Not saved: this looks like {kind}."})
    exists = db.session.get(ContentItem, item_id) is not None
    values = {
        "payload": wanted, "form": dict(form), "base_version_id": base_version_id, "saved_at": app_now(),
        "content_id": item_id if exists else None,
    }  # fmt: skip
    made = insert(ContentDraft).values(id=uuid7(), item_id=item_id, user_id=user_id, **values)
    kept = made.on_conflict_do_update(index_elements=["item_id", "user_id"], set_=values).returning(ContentDraft)
    return db.session.scalars(kept, execution_options={"populate_existing": True}).one()


def discard_draft(item_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Saved or given up."""
    db.session.execute(sa.delete(ContentDraft).where(ContentDraft.item_id == item_id, ContentDraft.user_id == user_id))


def suspect(of: Mapping[str, Any]) -> str | None:
    """What in this payload looks like a secret, or None."""
    texts = [of["title"], of["body"], *(m["alt"] for m in of["media"])]
    for own in of["variants"].values():
        texts += [own["text"], own.get("first_comment", ""), *own.get("parts", ())]
    return next((kind for kind in map(secret, texts) if kind), None)
