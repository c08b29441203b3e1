"""`flask audit …`: verify, acknowledge, seal, partitions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup

from app.audit import actions, inspection
from app.audit.queries.keys import unsealed_keys
from app.audit.queries.roots import check_logs
from app.audit.report import Report
from app.core import actor
from app.core.transactions import read_only, transaction

audit_cli = AppGroup("audit", help="The audit log: verify its seals, seal now, make partitions.")
COMMAND_LINE = "Command line"


@audit_cli.command("verify")
@click.option("--log", "logs", type=click.Path(exists=True, path_type=Path), multiple=True,
              help="A log file, or the folder of the logs: seals named in it must be there too.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify_command(logs: tuple[Path, ...], as_json: bool) -> None:
    """Name every entry that was changed, deleted or added after it was sealed, and every seal that is noted outside the
    database and not in it. Exit code 1 when there is one."""
    report = inspection.check_all()
    files = [file for path in logs for file in (sorted(path.glob("*.log*")) if path.is_dir() else [path])]
    with read_only():
        check_logs(report, map(_lines, files), unsealed_keys())
    click.echo(json.dumps(asdict(report), default=str, indent=1) if as_json else _describe(report))
    if report.findings:
        raise SystemExit(1)


@audit_cli.command("acknowledge")
def acknowledge_command() -> None:
    """Say that the database was put back (a restore) and that this is known. It is recorded; the file outside is held
    against the database as it now is."""
    file = inspection.roots_file()
    with actor.acting(actor.Actor(name=COMMAND_LINE)):
        place = transaction(actions.acknowledge, file)
        transaction(actions.begin_anew, file)
    report = inspection.check_all()
    inspection.check_new()
    click.echo(f"Noted: the trail is as it is now, up to {place}. {_describe(report)}")
    if report.findings:
        raise SystemExit(1)


@audit_cli.command("seal")
def seal_command() -> None:
    """Seal now instead of within a minute."""
    made = inspection.seal_and_note()
    click.echo(f"Sealed {made.rows} entries, root {made.root_hash}." if made else "Nothing can be sealed yet.")


@audit_cli.command("partitions")
def partitions_command() -> None:
    """Make the partitions of this month and the next ones."""
    click.echo(f"Made {transaction(actions.make_partitions)} partitions.")


def _lines(file: Path) -> Iterator[str]:
    """Cut at line feeds alone: other characters that end a line somewhere stand in names."""
    with file.open("rb") as opened_file:
        for raw in opened_file:
            yield raw.rstrip(b"\n").decode("utf-8", "replace")


def _describe(report: Report) -> str:
    lines = [finding.words for finding in report.findings]
    if not lines:
        lines = ["Nothing was changed, deleted or added after it was sealed."]
    lines.append(
        f"Checked {report.seals:,} seals over {report.rows:,} entries, {report.noted:,} of them against the file outside; "
        f"{report.unsealed:,} newer entries are not sealed yet."
    )
    if report.newest_root:
        lines.append(f"Newest root {report.newest_root}.")
    return "\n".join(lines)
