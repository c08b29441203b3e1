"""One item, its versions, and other items with the same content."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from app.content.models import Artifact, ContentItem
from app.core.db import db, find_row
from app.lib.errors import NotFound
from app.staff.models import User


def by_id(item_id: uuid.UUID | str) -> ContentItem:
    """The item. Raises NotFound, also for what is no id."""
    found = find_row(ContentItem, item_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("There is no such content. It may have been removed, or the link is cut short.")
    return found


def by_ids(ids: Sequence[uuid.UUID]) -> list[ContentItem]:
    """The items with these ids, locked in one order so that two people who tick the same ones do not wait for each other."""
    wanted = (
        sa.select(ContentItem).where(ContentItem.id.in_(ids), ContentItem.deleted_at.is_(None)).order_by(ContentItem.id)
    )
    return list(db.session.scalars(wanted.with_for_update()))


def artifact(version_id: uuid.UUID | str | None) -> Artifact:
    """A version. Raises NotFound."""
    found = find_row(Artifact, version_id)
    if found is None:
        raise NotFound("There is no such version.")
    return found


def current(item: ContentItem) -> Artifact:
    """The version that people see now. An item inserted by plain SQL has none until it is saved once."""
    return artifact(item.current_version_id)


class VersionRow(NamedTuple):
    """A version and the name of its author; None where no person of the staff wrote it."""

    version: Artifact
    author: str | None


def versions(item: ContentItem, limit: int = 100) -> list[VersionRow]:
    """The versions, newest first."""
    rows = (
        sa.select(Artifact, User.full_name)
        .outerjoin(User, User.id == Artifact.created_by)
        .where(Artifact.content_id == item.id)
    )
    return [VersionRow(*row) for row in db.session.execute(rows.order_by(Artifact.version.desc()).limit(limit))]


def version_by_number(item: ContentItem, number: int) -> Artifact:
    """Version `number` of the item. Raises NotFound."""
    found: Artifact | None = None
    if 0 < number < 2**31:
        found = db.session.scalar(sa.select(Artifact).where(Artifact.content_id == item.id, Artifact.version == number))
    if found is None:
        raise NotFound(f"There is no version {number} of this item.")
    return found


def duplicates(version: Artifact) -> list[str]:
    """Titles of other items whose current version has the very same content."""
    rows = (
        sa.select(ContentItem.title)
        .join(Artifact, sa.and_(Artifact.content_id == ContentItem.id, Artifact.id == ContentItem.current_version_id))
        .where(
            Artifact.content_hash == version.content_hash,
            ContentItem.id != version.content_id,
            ContentItem.deleted_at.is_(None),
        )
    )
    return list(db.session.scalars(rows.limit(3)))
