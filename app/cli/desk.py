"""Opening a desk: `flask prepare` (migrate, first people) and `flask demo` (a small believable desk), as `make run` calls them."""

from __future__ import annotations

import importlib
import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext


@click.command()
@click.option(
    "--answer", type=click.Path(path_type=Path), help="Write the people and their new passwords there, as JSON."
)
@with_appcontext
def prepare(answer: Path | None) -> None:
    """Migrate the database and, on an empty desk, make its first people."""
    from flask_migrate import upgrade

    upgrade()
    people: list[dict[str, Any]] = []
    if find_spec("app.cli.people") is not None:
        people = importlib.import_module("app.cli.people").first_people()
    if answer is None:
        for person in people:
            click.echo(f"{person['role']:<9} {person['email']}  {person['password'] or '(password as before)'}")
    else:
        with os.fdopen(os.open(answer, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(people, out)


@click.command()
@with_appcontext
def demo() -> None:
    """Fill an empty desk with a believable week, by the desk's own verbs. Goes on where it was interrupted."""
    if find_spec("app.cli.demo") is not None:
        importlib.import_module("app.cli.demo").fill()
