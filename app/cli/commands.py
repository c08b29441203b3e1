"""The `flask` commands that belong to no room; a room's own stand in its `cli.py`."""

from __future__ import annotations

from app.cli.backup.command import backup, restore
from app.cli.doctor.command import doctor
from app.cli.first_run import demo, prepare

COMMANDS = (doctor, prepare, demo, backup, restore)
