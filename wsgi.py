"""The door for WSGI servers and for `flask`: `app` is the web application.

When the environment is not usable, a server gets the list of what to correct and ends; under `flask` the `doctor` stays at hand.
"""

from __future__ import annotations

import click
from flask import Flask

from app.cli import broken
from app.environment import Environment, EnvironmentInvalid


def build() -> Flask:
    commanded = click.get_current_context(silent=True) is not None
    try:
        settings = Environment.from_env() if commanded else Environment.from_env().needed()
    except EnvironmentInvalid as error:
        if not commanded:
            raise SystemExit(str(error)) from None
        return broken.app(error)
    from app.factory import create_app

    return create_app(settings)


app = application = build()
