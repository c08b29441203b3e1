"""The commands of `flask`: of the processes (`command_line.py` names them), and of the application (`commands.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.environment import Environment


def init_app(app: Flask) -> None:
    """Adds the commands that belong to no room; imported late, so that the supervisor stays small."""
    from app.cli.commands import COMMANDS

    for command in COMMANDS:
        app.cli.add_command(command)


def create_with_commands(settings: Environment) -> Flask:
    """The application as `flask` and WSGI servers get it. The factory knows no command: commands make applications themselves."""
    from app.factory import create_app

    app = create_app(settings)
    init_app(app)
    return app
