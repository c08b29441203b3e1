"""`flask backup` and `flask restore`."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.backup import keys, make
from app.cli.backup.restore import RestoreReport
from app.cli.backup.restore import restore as restore_archive
from app.environment import Environment

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--to", "folder", type=PATH, help="Where backups are kept; `backups` in the data folder by default.")
@click.option(
    "--with-keys", type=PATH, metavar="FILE", help="Also write SECRET_KEY and PRESSROOM_KEYS to a file of their own."
)
@click.option(
    "--rotate", is_flag=True, help="Afterwards keep 7 daily, 4 weekly and 12 monthly backups, and remove the others."
)
@with_appcontext
def backup(folder: Path | None, with_keys: Path | None, rotate: bool) -> None:
    """Back up the database and the pictures while the desk runs. The keys stay apart."""
    settings: Environment = current_app.config["ENVIRONMENT"]
    folder = folder or settings.data / "backups"
    if with_keys is not None:
        keys.write(settings, with_keys)
    target, manifest = make.make(settings, folder)
    click.echo(f"{target}\n  {make.summary(manifest)}")
    if absent := manifest["pictures"]["absent"]:
        click.secho(
            f"  {len(absent)} pictures are named by the database but missing or altered, first {absent[0]}",
            fg="red",
            err=True,
        )
    if with_keys is not None:
        click.echo(f"The keys are in {with_keys} (mode 0600). Keep that file elsewhere than the backup.")
    else:
        click.echo(
            f"The keys are not inside. Without them stored secrets do not open: keep {keys.describe_places(settings)} elsewhere."
        )
    if rotate:
        gone = make.rotate(folder)
        click.echo(f"Removed {len(gone)} older: {', '.join(gone)}" if gone else "No older backup had to go.")


@click.command()
@click.argument("folder", metavar="ARCHIVE", type=PATH)
@click.option("--replace", is_flag=True, help="Replace the desk that is in the database now.")
@click.option(
    "--keys", "with_keys", type=PATH, metavar="FILE", help="Use the keys of this file, as --with-keys wrote it."
)
@click.option("--force", is_flag=True, help="Also while workers run, and with keys that do not fit.")
@with_appcontext
def restore(folder: Path, replace: bool, with_keys: Path | None, force: bool) -> None:
    """Put a backup back. Everything is held until somebody has looked and released it."""
    settings: Environment = current_app.config["ENVIRONMENT"]
    done = restore_archive(settings, folder, replace=replace, force=force, with_keys=with_keys)
    for line in describe(done):
        click.echo(line)


def describe(done: RestoreReport) -> list[str]:
    """What was done and what comes next."""
    found = done.records
    lines = [f"The desk is as it was at {done.taken_at:%Y-%m-%d %H:%M} UTC; everybody signs in again."]
    lines += [f"Note: {note}" for note in done.notes]
    lines.append(
        f"Everything is held. Of {found['open']} open records {found['looked']} are being looked for at their platforms, "
        f"{found['asked']} wait for a person's answer, {found['first']} are due later and look first."
    )
    lines.append(
        "If this desk sealed its audit trail after that backup, the file of roots is ahead of the database now, and the "
        "checks say so until you run: flask audit acknowledge"
    )
    lines.append("Start the desk, answer the questions under Records, then release the hold “restored”.")
    return lines
