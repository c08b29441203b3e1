"""What the palette offers of notices."""

from __future__ import annotations

from app.core.finder import declare_command

declare_command("notifications.index", "Notices", "bell", place=50)
