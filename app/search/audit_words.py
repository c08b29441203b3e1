"""What happens to saved views, in people's words."""

from __future__ import annotations

from app.audit.words import Words, declare

declare(
    "search",
    {
        "save_view": Words("View saved", "bookmark"),
        "rename_view": Words("View renamed", "pencil"),
        "delete_view": Words("View deleted", "bookmark"),
    },
    nouns={"saved_views": "Saved view"},
    formerly="operations",
)
