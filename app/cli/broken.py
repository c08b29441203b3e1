"""The application that `flask` gets when the environment is not usable: every command says what to correct, `doctor` works."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from app.cli.doctor.command import doctor
from app.environment import EnvironmentInvalid


class Explaining(AppGroup):
    """Knows `doctor`; answers to any other name with the error."""

    def __init__(self, error: EnvironmentInvalid) -> None:
        super().__init__("pressroom")
        self.error = error
        self.add_command(doctor)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return super().get_command(ctx, name) or click.Command(
            name, callback=self.explain, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
        )

    def explain(self) -> None:
        raise click.ClickException(str(self.error))


def app(error: EnvironmentInvalid) -> Flask:
    made = Flask("pressroom")
    made.cli = Explaining(error)
    return made
