"""What `flask` is given when it looks for a command: an application without rooms, whose commands are all of ours.

`start`, `worker`, `clock` and `alive` are answered at once: they load what they need by themselves, and a supervisor or a health
check loads no application. Any other name is a command of the real application, which is built when the first one is looked for.
When the environment is not usable, those say what to correct, but for `doctor`, which works.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import click
from flask import Flask, current_app
from flask.cli import AppGroup, FlaskGroup

from app.cli.alive import alive
from app.cli.single_process import clock, worker
from app.cli.start import start
from app.environment import EnvironmentInvalid

PROCESSES = (start, worker, clock, alive)


def is_lookup() -> bool:
    """Does `flask` look for a command now, or has it found one that needs the application (`run`, `shell`, `routes`)?"""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)


def lookup_app(build: Callable[[], Flask]) -> Flask:
    """In: what makes the real application; it may raise SettingsError."""
    app = Flask("pressroom", static_folder=None)
    app.cli = Commands(build)
    return app


class Commands(AppGroup):
    def __init__(self, build: Callable[[], Flask]) -> None:
        super().__init__("pressroom", commands={command.name or "": command for command in PROCESSES})
        self.build = build

    @cached_property
    def application(self) -> Flask | EnvironmentInvalid:
        """The real application, or what is wrong with the environment."""
        try:
            return self.build()
        except EnvironmentInvalid as error:
            return error

    def list_commands(self, ctx: click.Context) -> list[str]:
        app = self.application
        others = ["doctor"] if isinstance(app, EnvironmentInvalid) else app.cli.list_commands(ctx)
        return sorted({*super().list_commands(ctx), *others})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return super().get_command(ctx, name) or self._of_application(ctx, name)

    def _of_application(self, ctx: click.Context, name: str) -> click.Command | None:
        app = self.application
        if isinstance(app, EnvironmentInvalid):
            return _doctor() if name == "doctor" else _refusal(name, str(app))
        if not current_app or current_app != app:
            ctx.with_resource(app.app_context())
        return app.cli.get_command(ctx, name)


def _doctor() -> click.Command:
    from app.cli.doctor.command import doctor

    return doctor


def _refusal(name: str, message: str) -> click.Command:
    """A command of this name that takes anything and ends with the message."""

    def refuse() -> None:
        raise click.ClickException(message)

    return click.Command(
        name, callback=refuse, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
    )
