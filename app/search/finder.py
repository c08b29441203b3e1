"""What the palette offers of saved views."""

from __future__ import annotations

from app.core.finder import declare_command

declare_command("search.saved_views", "My saved views", "bookmark", place=60)
