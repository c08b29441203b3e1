"""The command: runs every check in order, prints what was found, ends with 1 when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import click

from app.cli.doctor import backups, doors, evidence, people_and_work, servers, surroundings
from app.cli.doctor.finding import Finding, Findings, Patient, wrong
from app.environment import Environment, EnvironmentInvalid, process_environment

CHECKS: tuple[Callable[[Patient], Findings], ...] = (
    surroundings.variables,
    surroundings.data_folder,
    surroundings.files_folder,
    surroundings.audit_folder,
    surroundings.disk,
    surroundings.keys,
    surroundings.address,
    servers.database,
    servers.migrations,
    servers.time_of_day,
    servers.extensions,
    servers.bell,
    people_and_work.people,
    doors.proxies,
    doors.strange_jobs,
    people_and_work.processes,
    people_and_work.schedule,
    people_and_work.invariants,
    people_and_work.sealed,
    backups.backups,
    evidence.audit,
    evidence.trail,
    evidence.grants,
    evidence.rights,
)
SIGNS = {"ok": ("✓", "green"), "note": ("•", "yellow"), "wrong": ("✗", "red")}


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Everything that is found with this environment. A check that fails itself is reported, the others go on."""
    try:
        patient = Patient(environ, Environment.from_env(environ))
    except EnvironmentInvalid as error:
        return [
            wrong("environment", f"{name} {what}", f"correct {name} and run doctor again")
            for name, what in error.problems
        ]
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += check(patient)
        except Exception as error:  # the doctor must not fall ill
            found.append(
                wrong(
                    check.__name__,
                    f"could not be examined: {type(error).__name__}: {error}",
                    "report this as a fault of Pressroom",
                )
            )
    if patient.link is not None:
        patient.link.close()
    return found


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines: a list of check, state, says, remedy.")
def doctor(as_json: bool) -> None:
    """Name what is wrong with this desk, and what to do about it."""
    found = examine(process_environment())
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in found], indent=2, ensure_ascii=False))
    else:
        for finding in found:
            sign, colour = SIGNS[finding.state]
            click.secho(f"{sign} {finding.check}: {finding.says}", fg=colour)
            if finding.remedy:
                click.echo(f"    → {finding.remedy}")
    raise SystemExit(1 if any(finding.state == "wrong" for finding in found) else 0)
