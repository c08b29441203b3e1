"""`app` is the web application, for WSGI servers and for `flask`.

When the environment is not usable, a server gets the list of what to correct and ends.
"""

from __future__ import annotations

import click
from flask import Flask

from app.cli import create_with_commands
from app.cli.command_line import is_lookup, lookup_app
from app.environment import Environment, EnvironmentInvalid


def build() -> Flask:
    if is_lookup():
        return lookup_app(lambda: create_with_commands(Environment.from_env()))
    try:
        if click.get_current_context(silent=True) is not None:  # `flask run`, `flask shell`
            return create_with_commands(Environment.from_env())
        return create_with_commands(Environment.from_env().require_complete())
    except EnvironmentInvalid as error:
        raise SystemExit(str(error)) from None


app = application = build()
