"""What the palette offers of the audit."""

from __future__ import annotations

from app.core.finder import declare_command

declare_command("audit.index", "Audit", "history", place=80)
