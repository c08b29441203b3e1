"""What reviews and publishing do to an item: they call down, content never looks up."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm.util import identity_key

from app.audit import actions as audit
from app.content.compose import compose_for_approval
from app.content.hashing import content_hash
from app.content.models import ITEM, Artifact, ContentItem
from app.content.queries.approval_coverage import platforms_to_review, uncovered_platforms
from app.content.queries.assets import facts
from app.core.actor import Actor, acting, current
from app.core.db import app_now, db
from app.lib.errors import Conflict

DERIVED = ("approved", "scheduled", "published")
"""The states that follow from the counts of publish records."""


def to_review(item: ContentItem, artifact: Artifact) -> None:
    """draft, needs_revision → review, for the current version only; approved, published → review where the approval does
    not cover what is planned: it is taken back until the new decision."""
    _lock_current(item, artifact)
    _reopen_uncovered(item, artifact)
    if item.status not in ("draft", "needs_revision"):
        raise Conflict(f"This content is {item.status.replace('_', ' ')}; only a draft can be sent to review.")
    _move(item, "review", "content.to_review", version=[None, artifact.version])


def _reopen_uncovered(item: ContentItem, artifact: Artifact) -> None:
    """An item whose approval does not cover its plan becomes a draft, to be asked for anew. Raises Conflict while records are open."""
    if item.status not in DERIVED or not uncovered_platforms(item, artifact):
        return
    if item.open_records:
        raise Conflict("Its publish records are open. Cancel them first, then ask for a new review.")
    _take_back(item)
    _move(item, "draft", "content.back_to_draft")


def _take_back(item: ContentItem) -> None:
    item.approved_version_id = item.approved_hash = item.approved_by = item.approved_at = item.approved_composed = None


def set_approved(item: ContentItem, artifact: Artifact) -> None:
    """review → approved by who acts: this version and this hash, with what it composes to on the platforms the reviewer was shown."""
    _lock_current(item, artifact)
    digest = content_hash(artifact.payload)
    if digest != artifact.content_hash:
        raise Conflict("This version is no longer what was saved. Save it again and ask for a new review.")
    item.approved_version_id, item.approved_hash, item.approved_by, item.approved_at = (
        artifact.id,
        digest,
        current().person_id,
        app_now(),
    )
    media = facts(m["sha256"] for m in artifact.payload.get("media") or [])
    item.approved_composed = compose_for_approval(artifact.payload, platforms_to_review(item), media)
    item.review_reason = None
    _move(item, "approved", "content.set_approved", version=[None, artifact.version], approved_hash=[None, digest])


def set_needs_revision(item: ContentItem, reason: str) -> None:
    """review → needs_revision."""
    item.review_reason = reason
    _move(item, "needs_revision", "content.set_needs_revision", note=reason)


def set_rejected(item: ContentItem, reason: str = "") -> None:
    """review → rejected."""
    item.review_reason = reason or None
    _move(item, "rejected", "content.set_rejected", note=reason or None)


def back_to_draft(item: ContentItem) -> None:
    """review → draft: the author withdrew the request, or it expired."""
    _move(item, "draft", "content.back_to_draft")


def back_to_review(item: ContentItem) -> None:
    """approved, needs_revision, rejected → review: a decision was undone. The approval it gave is taken back."""
    if item.status == "approved":
        if item.open_records:
            raise Conflict("Its publish records are open. Cancel them first.")
        _take_back(item)
    item.review_reason = None
    _move(item, "review", "content.back_to_review")


def keep_open_records(counts: Mapping[uuid.UUID, tuple[int, int]], by: Mapping[uuid.UUID, Actor] | None = None) -> None:
    """Publishing's counts by item: open records, and live ones of the approved version. Scheduled, published and approved
    follow from them alone; between these three every move is legal. The items are locked by the caller. `by`: who moves which
    item, where it is not the current actor."""
    rows = {
        "items": list(counts), "open": [n for n, _ in counts.values()], "live": [n for _, n in counts.values()],
        "targets": [_target(*pair) for pair in counts.values()], "derived": list(DERIVED),
    }  # fmt: skip
    for item_id, title, before, status in db.session.execute(_COUNT, rows):
        if before != status:
            with acting((by or {}).get(item_id) or current()):
                audit.insert(
                    audit.entry(
                        f"content.derive_{status}", ("content_items", item_id), label=title, status=[before, status]
                    )
                )
        loaded = db.session.identity_map.get(identity_key(ContentItem, item_id))
        if loaded is not None:
            db.session.refresh(loaded, ("open_records", "live_records", "status", "published_at"))


def _target(open_records: int, live_records: int) -> str:
    return "scheduled" if open_records else "published" if live_records else "approved"


# The status of an item that is not approved stays what it is: a draft of a next version, whose last one is still going out.
_COUNT = sa.text("""
UPDATE content_items i SET open_records = w.open, live_records = w.live,
  status = CASE WHEN was.status = ANY(:derived) THEN w.target ELSE was.status END,
  published_at = CASE WHEN w.target = 'published' THEN coalesce(i.published_at, app_now()) ELSE i.published_at END
FROM unnest(CAST(:items AS uuid[]), CAST(:open AS int[]), CAST(:live AS int[]), CAST(:targets AS text[])) AS w(item, open, live, target)
JOIN content_items was ON was.id = w.item
WHERE i.id = was.id RETURNING i.id, i.title, was.status, i.status
""")


def _lock_current(item: ContentItem, artifact: Artifact) -> None:
    db.session.refresh(item, with_for_update=True)
    if item.current_version_id != artifact.id:
        raise Conflict(f"Version {artifact.version} is no longer the current one. Open the item to see what changed.")


def _move(item: ContentItem, target: str, action: str, *, note: str | None = None, **changes: list[object]) -> None:
    was = ITEM.move(item, target)
    audit.record(action, item, note=note, changes={"status": [was, target], **changes})
    db.session.flush()
