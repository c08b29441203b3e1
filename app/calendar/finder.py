"""What the palette offers of the calendar."""

from __future__ import annotations

from app.core.finder import declare_command

declare_command("calendar.index", "Calendar, this week", "calendar-event", place=70, args={"view": "week"})
