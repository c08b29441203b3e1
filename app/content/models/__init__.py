"""Tables of content: item, version, draft, asset, category, tag."""

from __future__ import annotations

from app.content.models.artifact import Artifact, ContentDraft
from app.content.models.asset import ContentAsset, ContentAssetRelation
from app.content.models.item import EDITABLE, GENERATED_BY, ITEM, KINDS, ContentItem
from app.content.models.taxonomy import ContentCategory, ContentTag

__all__ = [
    "EDITABLE",
    "GENERATED_BY",
    "ITEM",
    "KINDS",
    "Artifact",
    "ContentAsset",
    "ContentAssetRelation",
    "ContentCategory",
    "ContentDraft",
    "ContentItem",
    "ContentTag",
]
