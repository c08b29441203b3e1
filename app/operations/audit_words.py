"""What operations writes, in people's words."""

from __future__ import annotations

from app.audit.words import Words, declare

declare(
    "operations",
    {
        "set": Words("Setting changed", "settings"),
        "backup": Words("Backup taken", "archive"),
    },
    nouns={"system_config": "Setting", "notifications": "Notice", "backups": "Backup"},
)
