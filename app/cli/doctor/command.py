"""The command: runs every check in order, prints what was found, ends with 1 when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import click

from app.cli.doctor import (
    access,
    audit_trail,
    backups,
    environment,
    people,
    processes,
    publishing,
    rights,
    sealed_secrets,
    servers,
)
from app.cli.doctor.finding import Context, Finding, Findings, wrong
from app.environment import Environment, EnvironmentInvalid, process_environment

CHECKS: tuple[Callable[[Context], Findings], ...] = (
    environment.variables,
    environment.data_folder,
    environment.files_folder,
    environment.audit_folder,
    environment.disk,
    environment.keys,
    environment.address,
    servers.database,
    servers.migrations,
    servers.clocks,
    servers.extensions,
    servers.redis_server,
    people.people,
    access.proxies,
    access.foreign_jobs,
    processes.processes,
    processes.schedule,
    publishing.invariants,
    sealed_secrets.sealed_secrets,
    backups.backups,
    audit_trail.seals,
    audit_trail.entries,
    rights.grants,
    rights.rights,
)
SYMBOLS = {"ok": ("✓", "green"), "note": ("•", "yellow"), "wrong": ("✗", "red")}


def run_checks(environ: Mapping[str, str]) -> list[Finding]:
    """Everything that is found with this environment. A check that fails itself is reported, the others go on."""
    try:
        context = Context(environ, Environment.from_env(environ))
    except EnvironmentInvalid as error:
        return [
            wrong("environment", f"{name} {what}", f"correct {name} and run doctor again")
            for name, what in error.problems
        ]
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += check(context)
        except Exception as error:  # one check that fails itself must not hide what the others find
            found.append(
                wrong(
                    check.__name__,
                    f"could not be examined: {type(error).__name__}: {error}",
                    "report this as a fault of Pressroom",
                )
            )
    if context.link is not None:
        context.link.close()
    return found


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines: a list of check, state, says, remedy.")
def doctor(as_json: bool) -> None:
    """Name what is wrong with this desk, and what to do about it."""
    found = run_checks(process_environment())
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in found], indent=2, ensure_ascii=False))
    else:
        for finding in found:
            symbol, colour = SYMBOLS[finding.state]
            click.secho(f"{symbol} {finding.check}: {finding.says}", fg=colour)
            if finding.remedy:
                click.echo(f"    → {finding.remedy}")
    raise SystemExit(1 if any(finding.state == "wrong" for finding in found) else 0)
