"""Pictures by hash."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from app.content.models import ContentAsset
from app.core.db import db
from app.lib.errors import NotFound


def by_hash(sha256: str) -> ContentAsset:
    """The asset with these bytes. Raises NotFound."""
    found: ContentAsset | None = db.session.scalar(sa.select(ContentAsset).where(ContentAsset.content_hash == sha256))
    if found is None:
        raise NotFound("There is no such picture.")
    return found


def facts(hashes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """sha256 → {mime, size, width, height, name, small}: what `compose` wants to know of the pictures."""
    wanted = set(hashes)
    if not wanted:
        return {}
    rows = db.session.scalars(sa.select(ContentAsset).where(ContentAsset.content_hash.in_(wanted)))
    return {a.content_hash: _of(a) for a in rows}


def _of(asset: ContentAsset) -> dict[str, Any]:
    return {
        "mime": asset.mime_type,
        "size": asset.file_size,
        "width": asset.width,
        "height": asset.height,
        "name": asset.original_filename or "",
        "small": asset.meta.get("small"),
    }
