"""Pictures, known by what they hold."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.audit import actions as audit
from app.content.models import ContentAsset
from app.content.picture import Picture
from app.core import actor
from app.core.db import db
from app.core.ids import uuid7
from app.outbound.files import Files


def store_picture(files: Files, picture: Picture, name: str) -> ContentAsset:
    """Keep a checked picture: one row and one file per content, however often and under whatever name it is added.

    A picture that some platform would refuse for its size or kind gets a smaller rendition at once, an asset of its own, named in the `metadata` of the first.
    """
    found: ContentAsset | None = db.session.scalar(
        sa.select(ContentAsset).where(ContentAsset.content_hash == picture.sha256)
    )
    if found is not None and files.exists(picture.sha256):
        return found
    rendition = _store(files, picture.small, name, "rendition", {}) if picture.small else None
    asset = _store(files, picture, name, "image", {"small": _facts(rendition)} if rendition else {})
    if found is None:
        audit.record("content.add_picture", asset, label=name[:200] or None)
    return asset


def _store(files: Files, picture: Picture, name: str, kind: str, meta: dict[str, Any]) -> ContentAsset:
    digest, thumb = files.put(picture.data), files.put(picture.thumbnail)
    values = {
        "id": uuid7(),
        "filename": digest,
        "original_filename": name[:200] or None,
        "file_path": f"{digest[:2]}/{digest[2:4]}/{digest}",
        "file_size": len(picture.data),
        "mime_type": picture.mime,
        "file_type": kind,
        "width": picture.width,
        "height": picture.height,
        "uploaded_by": actor.current().person_id,
        "content_hash": digest,
        "thumbnail_hash": thumb,
        "frames": picture.frames,
        "meta": meta,
    }
    db.session.execute(insert(ContentAsset).values(**values).on_conflict_do_nothing(index_elements=["content_hash"]))
    asset: ContentAsset = db.session.scalars(sa.select(ContentAsset).where(ContentAsset.content_hash == digest)).one()
    return asset


def _facts(asset: ContentAsset) -> dict[str, Any]:
    return {
        "sha256": asset.content_hash,
        "mime": asset.mime_type,
        "size": asset.file_size,
        "width": asset.width,
        "height": asset.height,
    }
