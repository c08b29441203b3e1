"""`flask keys`: the key ring of sealed secrets."""

from __future__ import annotations

import sys
import uuid

import click
from flask.cli import AppGroup

from app.accounts import queries
from app.accounts.actions import reseal
from app.audit import actions as audit
from app.audit.queries.keys import count_by_ring_key
from app.core import crypto
from app.core.transactions import transaction
from app.staff.actions import reseal_factors

keys = AppGroup("keys", help="The keys (PRESSROOM_KEYS) that seal the accounts' secrets.")
GROUPS = (keys,)


@keys.command("list")
def show() -> None:
    """Show each key, how many accounts are sealed with it, and which may be removed."""
    used, ring = transaction(queries.keys_in_use), [key_id for key_id, _ in crypto.ring().keys]
    seals = transaction(count_by_ring_key)
    for place, key_id in enumerate(ring):
        count = used.get(key_id, 0)
        what = (
            "seals new secrets"
            if place == 0
            else "run: flask keys rotate"
            if count or seals.get(key_id)
            else "may be removed"
        )
        click.echo(f"{key_id:<20} {count:>5} accounts   {what}")
    for key_id in sorted(set(used) - set(ring) - {""}):
        click.echo(
            f"{key_id:<20} {used[key_id]:>5} accounts   MISSING: put it back into PRESSROOM_KEYS or reconnect them"
        )


@keys.command("rotate")
def rotate() -> None:
    """Seal every account's secrets under the newest key. Stopped half-way, it goes on where it was."""
    newest, done, closed = crypto.ring().newest, 0, 0
    after: uuid.UUID | None = None
    while batch := transaction(queries.sealed_under_other_keys, newest, after):
        for account_id in batch:
            try:
                done += transaction(reseal, account_id)
            except crypto.Unsealable as error:
                closed += 1
                click.echo(f"account {account_id}: {error}", err=True)
        after = batch[-1]
    try:
        transaction(audit.reseal_keys)
    except crypto.Unsealable as error:
        closed += 1
        click.echo(f"the key of the audit trail's seals: {error}", err=True)
    try:
        transaction(reseal_factors, newest)
    except crypto.Unsealable as error:
        closed += 1
        click.echo(f"second factors: {error}", err=True)
    transaction(_record_rotation, newest, done, closed)
    click.echo(f"{done} accounts resealed under {newest}." + ("" if closed else " Older keys may be removed."))
    if closed:
        click.echo(f"{closed} could not be opened. Put their key back, or reconnect them.", err=True)
        sys.exit(1)


def _record_rotation(newest: str, done: int, closed: int) -> None:
    audit.record(
        "accounts.rotate_keys",
        ("keys", newest),
        note=f"{done} accounts resealed, {closed} could not be opened.",
        success=not closed,
    )
