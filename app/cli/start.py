"""`flask start`: the supervisor of every process.

Also run as `python -m app.cli.start` (by `./run`, and by itself when it begins once more): that process imports neither Flask nor
the database before it has started its servers, and does not wait for what `flask` imports to find a command.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import click

from app.cli.environment import process_settings
from app.environment import ROOT, Environment, process_environment

if TYPE_CHECKING:
    from app.runtime.services import Targets

BEGAN = time.monotonic()


@click.command()
@click.option("--stay-with-parent", is_flag=True, help="End when the program that started this one ends.")
def start(stay_with_parent: bool) -> None:
    """Start everything and watch over it: servers, web, workers, clock.

    PostgreSQL and Valkey are started when DATABASE_URL and REDIS_URL name none. Ctrl-C ends all.
    """
    raise SystemExit(run_supervisor(process_settings(), stay_with_parent))


def run_supervisor(settings: Environment, with_parent: bool) -> int:
    """Until a signal; returns the exit status. Begins once more with a mark in its environment, by which a later start finds its orphans."""
    from app.runtime.orphans import MARK

    environment = process_environment()
    if environment.get(MARK) != str(settings.data):
        arguments = [sys.executable, "-m", "app.cli.start", *(["--stay-with-parent"] if with_parent else [])]
        path = os.pathsep.join(filter(None, (str(ROOT), environment.get("PYTHONPATH"))))
        more = {MARK: str(settings.data), "PYTHONUNBUFFERED": "1", "PYTHONPATH": path}
        os.execve(sys.executable, arguments, environment | more)
    from app.runtime.launch import set_parent_death_signal
    from app.runtime.supervisor import Supervisor

    if with_parent:
        set_parent_death_signal(signal.SIGTERM)  # so that all end in order when `make` is killed
    return Supervisor(settings, load_targets, BEGAN).run()


def load_targets(settings: Environment) -> Targets:
    """Imports the application."""
    from app.cli import processes

    return processes.load_targets(settings)


if __name__ == "__main__":
    start()
