"""Make an item, save a version, describe it, put it away."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.audit import actions as audit
from app.content import bounds, payloads
from app.content.actions.drafts import discard_draft
from app.content.hashing import content_hash
from app.content.markdown_text import plain
from app.content.models import EDITABLE, ITEM, KINDS, Artifact, ContentAsset, ContentAssetRelation, ContentItem
from app.core import actor, locks
from app.core.db import db
from app.core.ids import uuid7
from app.lib.errors import Conflict, Invalid, Overtaken

READING_SPEED = 220  # words a minute
Raw = Mapping[str, Any]


class Stale(Overtaken):
    """Somebody saved a version since this text was begun: `current_id`."""

    def __init__(self, current: Artifact) -> None:
        super().__init__(
            f"Version {current.version} was saved by somebody else while you were writing. Nothing of yours is lost."
        )
        self.current_id = current.id


def create_item(
    raw: Raw, *, item_id: uuid.UUID | None = None, content_type: str = "post",
    campaign_id: uuid.UUID | None = None, tags: Sequence[str] = (), generated_by: str = "human",
) -> ContentItem:  # fmt: skip
    """A draft with version 1, written by who acts. The same `item_id` sent twice (a double click) gives the same item.

    Raises Invalid for what can never be saved; Conflict when the id is taken by another text.
    """
    wanted, author = _validate(raw), _author()
    if item_id is not None:
        locks.advisory(f"content.create:{item_id}")
        found = db.session.get(ContentItem, item_id)
        if found is not None:
            return _repeat(found, wanted, author)
    item = ContentItem(
        id=item_id or uuid7(), content_type=content_type, title=wanted["title"], created_by=author, status=ITEM.initial,
        campaign_id=campaign_id, tags=list(tags) or None, generated_by=generated_by,
    )  # fmt: skip
    db.session.add(item)
    db.session.flush()
    version = _add_version(item, wanted, author, None)
    discard_draft(item.id)
    audit.record("content.create_item", item, note=f"Version {version.version}")
    return item


def _repeat(found: ContentItem, wanted: Raw, author: uuid.UUID) -> ContentItem:
    """The item that the same text made before. Raises Conflict when the id is another text's."""
    first = db.session.get(Artifact, found.current_version_id) if found.current_version_id else None
    if found.created_by == author and first is not None and first.content_hash == content_hash(wanted):
        return found
    raise Conflict(
        "This text was saved before and has changed since. Open it under Content; what you typed is kept as your draft."
    )


def save_version(item: ContentItem, raw: Raw, base_version_id: uuid.UUID | None) -> Artifact:
    """The next version, which no approval covers. The text that is current already makes none, so a double click is harmless.

    Raises Invalid, Stale when `base_version_id` is not the current version, Conflict when the item cannot be edited now.
    """
    wanted, author = _validate(raw), _author()
    db.session.refresh(item, with_for_update=True)
    current = db.session.get(Artifact, item.current_version_id) if item.current_version_id else None
    if current is not None and current.content_hash == content_hash(wanted):
        discard_draft(item.id)
        return current
    _refuse_uneditable(item)
    if current is not None and base_version_id != current.id:
        raise Stale(current)
    was, title = item.status, item.title
    version = _add_version(item, wanted, author, current)
    if was != "draft":
        ITEM.move(item, "draft")
    discard_draft(item.id)
    changes: dict[str, list[Any]] = {"title": [title, item.title]} if title != item.title else {}
    changes["version"] = [version.version - 1 or None, version.version]
    audit.record("content.save_version", item, changes=changes, status=[was, "draft"])
    return version


def _refuse_uneditable(item: ContentItem) -> None:
    if item.status == "scheduled" or item.open_records:
        raise Conflict(
            "It is scheduled: what was approved is what goes out. Cancel its publish records first, then edit."
        )
    if item.status not in EDITABLE or item.deleted_at is not None:
        raise Conflict("It is archived. Restore it first, then edit.")


def _validate(raw: Raw) -> payloads.Payload:
    wanted = payloads.normalize(raw)
    if found := bounds.problems(wanted):
        raise Invalid(found)
    hashes = {m["sha256"] for m in wanted["media"]}
    known = (
        set(db.session.scalars(sa.select(ContentAsset.content_hash).where(ContentAsset.content_hash.in_(hashes))))
        if hashes
        else set()
    )
    if hashes - known:
        raise Invalid({"pictures": "A picture is not on this desk. Add it again."})
    return wanted


def _author() -> uuid.UUID:
    author = actor.current().person_id
    if author is None:
        raise Invalid("A version needs an author.")
    return author


def _add_version(item: ContentItem, wanted: payloads.Payload, author: uuid.UUID, parent: Artifact | None) -> Artifact:
    """The immutable row and its projection on the item."""
    version = Artifact(
        id=uuid7(), content_id=item.id, campaign_id=item.campaign_id, version=parent.version + 1 if parent else 1, created_by=author,
        payload=wanted, content_hash=content_hash(wanted), parent_artifact_id=parent.id if parent else None,
        content_ref=f"content_items/{item.id}", meta={"trace_id": actor.current().trace_id},
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    item.current_version_id = version.id
    item.title, item.content, item.language = wanted["title"], wanted["body"], wanted["language"]
    text = plain(wanted["body"])
    item.summary = text[:280] or None
    item.word_count = payloads.count_words(text)
    item.estimated_reading_time = -(-item.word_count // READING_SPEED)
    _relate(item, [m["sha256"] for m in wanted["media"]])
    db.session.flush()
    return version


def _relate(item: ContentItem, hashes: list[str]) -> None:
    db.session.execute(sa.delete(ContentAssetRelation).where(ContentAssetRelation.content_id == item.id))
    if not hashes:
        return
    ids = dict(
        db.session.execute(
            sa.select(ContentAsset.content_hash, ContentAsset.id).where(ContentAsset.content_hash.in_(hashes))
        ).all()
    )
    for at, digest in enumerate(dict.fromkeys(hashes)):
        db.session.add(ContentAssetRelation(content_id=item.id, asset_id=ids[digest], sort_order=at))


def describe(item: ContentItem, kind: str, campaign_id: uuid.UUID | None, tags: Sequence[str]) -> None:
    """What helps to find it and is not part of what goes out: no new version. Unchanged facts write nothing.

    Raises Invalid for another campaign while it is on its way: what goes out belongs to the campaign it was scheduled for.
    """
    wanted = {
        "content_type": kind if kind in dict(KINDS) else item.content_type, "campaign_id": campaign_id, "tags": list(tags) or None,
    }  # fmt: skip
    changes = {k: [getattr(item, k), v] for k, v in wanted.items() if getattr(item, k) != v}
    if "campaign_id" in changes:
        db.session.refresh(item, ("open_records",), with_for_update=True)
    if "campaign_id" in changes and item.open_records:
        raise Invalid({"campaign": "It is scheduled for its campaign. Cancel its publish records first, then move it."})
    for name, (_, value) in changes.items():
        setattr(item, name, value)
    if changes:
        audit.record(
            "content.describe", item, changes={k: [str(a or ""), str(b or "")] for k, (a, b) in changes.items()}
        )


def archive(item: ContentItem) -> None:
    """Out of the way; nothing is deleted. Raises Conflict while it is in review or has open records."""
    db.session.refresh(item, with_for_update=True)  # somebody may be scheduling it at this moment
    if item.open_records or item.status == "scheduled":
        raise Conflict("It is scheduled. Cancel its publish records first, then archive it.")
    if item.status == "review":
        raise Conflict("It is in review. Withdraw the request or wait for the decision, then archive it.")
    was = ITEM.move(item, "archived")
    audit.record("content.archive", item, status=[was, "archived"])


def restore(item: ContentItem) -> None:
    """Back to where it stood: published when it is live, approved when its current version is, else a draft."""
    db.session.refresh(item, with_for_update=True)
    covered = item.approved_version_id is not None and item.approved_version_id == item.current_version_id
    target = "published" if covered and item.live_records else "approved" if covered else "draft"
    was = ITEM.move(item, target)
    audit.record("content.restore", item, status=[was, target])
