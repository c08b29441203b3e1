"""`flask …`: the commands of processes load no application, the others say what to correct when there can be none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from flask import Flask

from app.cli.command_line import PROCESSES, lookup_app
from app.environment import ROOT, EnvironmentInvalid

HEAVY = ("flask_sqlalchemy", "sqlalchemy", "rq", "app.factory", "app.rooms", "app.worker")
WITHOUT_FLASK = "import sys, app.cli.start, app.runtime.supervisor; print(*sys.modules)"
LOOKED_UP = """
import sys
from flask.cli import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=keep | environment, capture_output=True, text=True, timeout=60
    )


def test_the_supervisor_starts_its_servers_before_flask_and_the_database_are_loaded() -> None:
    done = python("-c", WITHOUT_FLASK)
    assert done.returncode == 0, done.stderr
    assert {"flask", *HEAVY} & set(done.stdout.split()) == set()


@pytest.mark.parametrize("name", sorted(command.name or "" for command in PROCESSES))
def test_a_command_of_a_process_is_found_without_the_application(name: str, tmp_path: Path) -> None:
    done = python("-c", LOOKED_UP, name, "--help", PRESSROOM_DATA=str(tmp_path))
    assert done.returncode == 0 and f" {name} [OPTIONS]" in done.stdout
    assert "app.cli.command_line" in done.stderr.split() and set(HEAVY) & set(done.stderr.split()) == set()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("start",), 2),
        (("worker", "publish"), 2),
        (("clock",), 2),
        (("db", "upgrade"), 1),
        (("run",), 1),
        (("shell",), 1),
    ],
)
def test_an_unusable_environment_ends_every_command_with_what_to_correct(
    words: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    done = python("-m", "flask", *words, PORT="x", DATABASE_URL="y", PRESSROOM_DATA=str(tmp_path))
    assert done.returncode == status
    assert "PORT" in done.stderr and "DATABASE_URL" in done.stderr and "Traceback" not in done.stderr


def commands(app: Flask) -> set[str]:
    with click.Context(app.cli) as context:
        return set(app.cli.list_commands(context))


def test_the_application_is_built_once_and_only_when_one_of_its_commands_is_asked_for() -> None:
    made: list[Flask] = []

    def build() -> Flask:
        made.append(Flask("another"))
        made[-1].cli.add_command(click.Command("staff"))
        return made[-1]

    app = lookup_app(build)
    with click.Context(app.cli) as context:
        assert app.cli.get_command(context, "worker") is not None and not made
        assert app.cli.get_command(context, "staff") is not None
        assert app.cli.get_command(context, "nobody") is None
    assert commands(app) == {"staff", "start", "worker", "clock", "alive"} and len(made) == 1


def test_the_help_of_a_desk_with_an_unusable_environment_still_names_the_doctor() -> None:
    def build() -> Flask:
        raise EnvironmentInvalid([("PORT", "is wrong")])

    assert commands(lookup_app(build)) == {"doctor", "start", "worker", "clock", "alive"}
