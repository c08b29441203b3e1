"""What the palette offers of the staff."""

from __future__ import annotations

from app.core.finder import declare_command

declare_command("staff.invite", "Invite a person", "plus", place=30)
