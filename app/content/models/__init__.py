"""Tables of content: item, version, draft, asset, category, tag."""

from __future__ import annotations

from .artifact import Artifact, ContentDraft
from .asset import ContentAsset, ContentAssetRelation
from .item import EDITABLE, GENERATED_BY, ITEM, KINDS, ContentItem
from .taxonomy import ContentCategory, ContentTag

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
