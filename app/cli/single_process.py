"""`flask worker QUEUE` and `flask clock`: one of the supervisor's processes alone, for containers and service managers."""

from __future__ import annotations

import click

from app.cli.environment import process_settings


@click.command()
@click.argument("queue", type=click.Choice(["publish", "default"]))
def worker(queue: str) -> None:
    """Work through one queue until SIGTERM.

    `publish` sends posts (run two of them), `default` does everything else.
    """
    settings = process_settings()
    from app.runtime.launch import set_parent_death_signal_in_forks
    from app.worker.run import run_worker

    set_parent_death_signal_in_forks()
    run_worker(queue, settings)


@click.command(short_help="Dispatch what is due, sweep, ring the periodic jobs.")
def clock() -> None:
    """Dispatch what is due, sweep what crashed workers left, ring the periodic jobs, until SIGTERM."""
    settings = process_settings()
    from app.worker.clock import run_clock

    run_clock(settings)
