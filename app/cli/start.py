"""`flask start`: the supervisor of every process.

Also run as `python -m app.cli.start` (by `./run`, and by itself when it begins once more): that process imports neither Flask nor
the database before it has started its servers, and does not wait for what `flask` imports to find a command.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from app.cli.environment import process_settings
from app.environment import ROOT, Environment, process_environment

if TYPE_CHECKING:
    from app.runtime.crew import Work

BEGAN = time.monotonic()


@click.command()
@click.option("--stay-with-parent", is_flag=True, help="End when the program that started this one ends.")
def start(stay_with_parent: bool) -> None:
    """Start everything and watch over it: servers, web, workers, clock.

    PostgreSQL and Valkey are started when DATABASE_URL and REDIS_URL name none. Ctrl-C ends all.
    """
    raise SystemExit(run_supervisor(process_settings(), stay_with_parent))


def run_supervisor(settings: Environment, with_parent: bool) -> int:
    """Until a signal; returns the exit status. Begins once more with a mark in its environment, by which its whole family is found."""
    from app.runtime.leftovers import MARK

    environment = process_environment()
    if environment.get(MARK) != str(settings.data):
        words = [sys.executable, "-m", "app.cli.start", *(["--stay-with-parent"] if with_parent else [])]
        path = os.pathsep.join(filter(None, (str(ROOT), environment.get("PYTHONPATH"))))
        more = {MARK: str(settings.data), "PYTHONUNBUFFERED": "1", "PYTHONPATH": path}
        os.execve(sys.executable, words, environment | more)
    from app.runtime import supervisor

    if with_parent:
        supervisor.stay_with_parent()
    return supervisor.Supervisor(settings, hire, BEGAN).run()


def hire(settings: Environment) -> Work:
    from app.cli import crew

    return crew.hire(settings)


if __name__ == "__main__":
    start()
