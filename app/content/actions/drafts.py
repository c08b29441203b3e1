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
from app.core.db import app_now, db, uuid7
from app.core.locks import advisory
from app.lib.errors import Invalid
from app.lib.secrets import in_text

MOST_UNSAVED = 100  # new texts that one person has begun and neither saved nor discarded
TOO_MANY = (
    f"You have {MOST_UNSAVED} unsaved texts, and no more are kept. Save this one now, or save or discard an older one: "
    "the newest are listed under Content."
)


def autosave(
    item_id: uuid.UUID,
    user_id: uuid.UUID,
    raw: Mapping[str, Any],
    form: Mapping[str, Any],
    base_version_id: uuid.UUID | None,
    confirmed: bool,
) -> ContentDraft:
    """Keep what was typed: one draft per item and person, not audited (it is nobody's work yet).

    Raises Invalid for a text too long to keep, for one that looks like a secret and was not `confirmed` (those are not
    stored silently), and for a new text of somebody who has left very many unsaved: none of those gives way to it.
    """
    wanted = payloads.payload(raw)
    if wrong := bounds.too_much(wanted):
        raise Invalid(wrong)
    if not confirmed and (kind := suspect(wanted)):
        raise Invalid({"confirm_secret": f"Not saved: this looks like {kind}."})
    exists = db.session.get(ContentItem, item_id) is not None
    if not exists and _has_too_many(user_id, item_id):
        raise Invalid({"body": TOO_MANY})
    values = {
        "payload": wanted, "form": dict(form), "base_version_id": base_version_id, "saved_at": app_now(),
        "content_id": item_id if exists else None,
    }  # fmt: skip
    made = insert(ContentDraft).values(id=uuid7(), item_id=item_id, user_id=user_id, **values)
    kept = made.on_conflict_do_update(index_elements=["item_id", "user_id"], set_=values).returning(ContentDraft)
    return db.session.scalars(kept, execution_options={"populate_existing": True}).one()


def _has_too_many(user_id: uuid.UUID, item_id: uuid.UUID) -> bool:
    """Whether one more would pass the bound. Texts of items are not counted: there is one for each item at most."""
    advisory(f"content.drafts:{user_id}")  # two new texts at once would both see the last free place
    mine = sa.select(ContentDraft.item_id).where(ContentDraft.user_id == user_id, ContentDraft.content_id.is_(None))
    kept = set(db.session.scalars(mine))
    return item_id not in kept and len(kept) >= MOST_UNSAVED


def discard_draft(item_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Saved or given up."""
    db.session.execute(sa.delete(ContentDraft).where(ContentDraft.item_id == item_id, ContentDraft.user_id == user_id))


def suspect(of: Mapping[str, Any]) -> str | None:
    """What in this payload looks like a secret, or None."""
    texts = [of["title"], of["body"], *(m["alt"] for m in of["media"])]
    for own in of["variants"].values():
        texts += [own["text"], own.get("first_comment", ""), *own.get("parts", ())]
    return next((kind for kind in map(in_text, texts) if kind), None)
