"""`flask audit …`: verify, seal, partitions."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup

from app.audit import actions
from app.audit.queries.verify import Report, verify
from app.core.work import reading, step

audit_cli = AppGroup("audit", help="The audit log: verify its seals, seal now, make partitions.")
LOGGED = re.compile(r"audit seal day=(\d{4}-\d\d-\d\d) seq=(\d+) rows=\d+ root=([0-9a-f]{64})")


@audit_cli.command("verify")
@click.option("--log", "logs", type=click.Path(exists=True, path_type=Path), multiple=True,
              help="A log file, or the folder of the logs: the roots in it prove that the seals themselves were not rewritten.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify_command(logs: tuple[Path, ...], as_json: bool) -> None:
    """Name every entry that was changed, deleted or added after it was sealed. Exit code 1 when there is one."""
    files = [file for path in logs for file in (sorted(path.glob("*.log*")) if path.is_dir() else [path])]
    roots = {
        f"{day}#{seq}": root for file in files for day, seq, root in LOGGED.findall(file.read_text(errors="replace"))
    }
    with reading():
        report = verify(roots)
    click.echo(json.dumps(asdict(report), default=str, indent=1) if as_json else _words(report))
    if report.findings:
        raise SystemExit(1)


@audit_cli.command("seal")
def seal_command() -> None:
    """Seal now instead of within a minute."""
    made = step(actions.seal)
    click.echo(f"Sealed {made.rows} entries, root {made.root_hash}." if made else "Nothing can be sealed yet.")


@audit_cli.command("partitions")
def partitions_command() -> None:
    """Make the partitions of this month and the next ones."""
    click.echo(f"Made {step(actions.make_partitions)} partitions.")


def _words(report: Report) -> str:
    lines = [found.words for found in report.findings]
    if not lines:
        lines = ["Nothing was changed, deleted or added after it was sealed."]
    lines.append(
        f"Checked {report.seals:,} seals over {report.rows:,} entries; {report.unsealed:,} newer entries are not sealed yet."
    )
    if report.newest_root:
        lines.append(f"Newest root {report.newest_root}; compare it with the logs (--log FOLDER).")
    return "\n".join(lines)
