"""The commands of `flask`: of the processes (`command_line.py` names them), and of the application (`commands.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Adds the commands that belong to no room; imported late, so that the supervisor stays small."""
    from app.cli.commands import COMMANDS

    for command in COMMANDS:
        app.cli.add_command(command)
