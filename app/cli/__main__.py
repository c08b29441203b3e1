"""`python -m app.cli run | worker QUEUE | clock`: the long-running processes."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from typing import TYPE_CHECKING

from app.environment import Environment, EnvironmentInvalid, process_environment
from app.lib import logs
from app.lib.liveness import QUEUES

if TYPE_CHECKING:
    from app.runtime.crew import Work

BEGAN = time.monotonic()


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m app.cli")
    kinds = parser.add_subparsers(dest="kind", required=True)
    run = kinds.add_parser("run", help="start everything and watch over it")
    run.add_argument("--stay-with-parent", action="store_true", help="end when the program that started us ends")
    one = kinds.add_parser("worker", help="work through one queue")
    one.add_argument("queue", choices=QUEUES)
    kinds.add_parser("clock", help="dispatcher, sweeper and the periodic jobs")
    asked = parser.parse_args(words)
    logs.install()
    logging.basicConfig(level=logging.INFO, format="%(asctime)sZ %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = Environment.from_env().needed()
    except EnvironmentInvalid as error:
        print(error, file=sys.stderr)
        return 2
    if asked.kind == "run":
        return run_all(settings, asked.stay_with_parent)
    from app import worker
    from app.runtime.launch import die_with_parent_when_forked

    die_with_parent_when_forked()
    if asked.kind == "worker":
        worker.run_worker(asked.queue, settings)
    else:
        worker.run_clock(settings)
    return 0


def run_all(settings: Environment, with_parent: bool) -> int:
    """The supervisor. Begins once more with a mark in its environment, by which its whole family can be found."""
    from app.runtime.leftovers import MARK

    environment = process_environment()
    if environment.get(MARK) != str(settings.data):
        words = [sys.executable, "-m", "app.cli", *sys.argv[1:]]
        os.execve(sys.executable, words, environment | {MARK: str(settings.data), "PYTHONUNBUFFERED": "1"})
    from app.runtime import supervisor

    if with_parent:
        supervisor.stay_with_parent()
    return supervisor.Supervisor(settings, hire, BEGAN).run()


def hire(settings: Environment) -> Work:
    from app.cli import crew

    return crew.hire(settings)


if __name__ == "__main__":
    sys.exit(main())
