"""The `flask` commands that belong to no room; a room's own stand in its `cli.py`."""

from __future__ import annotations

from app.cli import desk
from app.cli.backup.command import backup, restore
from app.cli.doctor.command import doctor

COMMANDS = (doctor, desk.prepare, desk.demo, backup, restore)
