"""`flask prepare` (migrate, first people) and `flask demo` (a small believable desk), as `make run` does both."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
from flask.cli import with_appcontext


@click.command(short_help="Migrate the database and make its first people.")
@click.option(
    "--answer", type=click.Path(path_type=Path), help="Write the people and their new passwords there, as JSON."
)
@with_appcontext
def prepare(answer: Path | None) -> None:
    """Migrate the database and, on an empty desk, make its first people."""
    from flask_migrate import upgrade

    from app.cli.first_people import make_first_people

    upgrade()
    people = make_first_people()
    if answer is None:
        for person in people:
            click.echo(f"{person['role']:<9} {person['email']}  {person['password'] or '(password as before)'}")
    else:
        with os.fdopen(os.open(answer, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(people, out)


@click.command(short_help="Fill an empty desk with a believable week.")
@with_appcontext
def demo() -> None:
    """Fill an empty desk with a believable week, by the desk's own verbs. Goes on where it was interrupted."""
    from app.cli.demo.fill import fill

    fill()
