"""A backup that was taken leaves a row and an entry in the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.audit import actions as audit
from app.core.db import db
from app.operations.models import Backup


def note_backup(location: str, manifest: Mapping[str, Any]) -> Backup:
    """Write down what a manifest says. In: where the backup lies, its manifest (`app/cli/backup/archive.py`)."""
    dump, pictures = manifest["parts"]["database.dump"], manifest["pictures"]
    row = Backup(
        taken_at=datetime.fromisoformat(manifest["taken_at"]),
        location=location,
        migration=manifest["migration"],
        row_counts=manifest["rows"],
        files=pictures["number"],
        bytes=dump["bytes"] + pictures["bytes"],
        sha256=dump["sha256"],
    )
    db.session.add(row)
    db.session.flush()
    audit.record("operations.backup", row, label=location, taken_at=[None, row.taken_at])
    return row
