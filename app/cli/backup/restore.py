"""Putting a backup back: everything is verified before anything is touched.

1. manifest and hashes, keys, versions, workers, an empty database (or --replace)
2. pictures (only added), then one transaction: rows, the hold of everything, marks of what may have gone out since,
   the end of all sessions and reset links
3. migrate forward, roll-ups and history
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from app.cli.backup import archive, keys, postgres
from app.cli.backup.archive import DUMP, FILES, BackupError
from app.environment import Environment
from app.lib.liveness import SILENT_AFTER
from app.outbound.files import Files
from app.rooms import MIGRATIONS
from app.runtime.procfs import is_running

# what was ended since the backup must not come back to life
_ENDED = """
UPDATE user_sessions SET revoked_at = now() WHERE revoked_at IS NULL;
UPDATE password_resets SET revoked_at = now() WHERE used_at IS NULL AND revoked_at IS NULL;
DELETE FROM worker_heartbeats;
DELETE FROM worker_locks;
"""


@dataclass
class RestoreReport:
    """What was done, for the person who asked."""

    taken_at: datetime
    notes: list[str] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)


def restore(
    settings: Environment, folder: Path, *, replace: bool = False, force: bool = False, with_keys: Path | None = None
) -> RestoreReport:
    """The desk as it was, everything held. Raises BackupError; until the one transaction commits, nothing has changed."""
    manifest = archive.read_manifest(folder)
    archive.verify(folder, manifest)
    _check_migration(manifest)
    done = RestoreReport(datetime.fromisoformat(manifest["taken_at"]))
    if with_keys is not None:
        done.notes += keys.install(settings, with_keys)
        settings = Environment.from_env()
    done.notes += _check_keys(settings, manifest, force)
    with postgres.connect(settings) as link:
        _check_version(link, manifest)
        _check_nobody_works(link, force)
        _check_empty(link, replace)
        _restore_pictures(settings, folder)
        postgres.restore_dump(link, settings, folder / DUMP, _script(done.taken_at))
        _check_complete(link, manifest)
        done.records = _migrate_and_settle(settings, done.taken_at)
    return done


def _script(taken_at: datetime) -> str:
    from app.delivery.actions import after_restore

    return after_restore.script(taken_at) + _ENDED


def _migrate_and_settle(settings: Environment, taken_at: datetime) -> dict[str, int]:
    """Migrates what is older, then the roll-ups and the history, by the desk's own code."""
    from flask_migrate import upgrade

    from app.core import actor, transactions
    from app.core.db import db
    from app.delivery.actions import after_restore
    from app.factory import create_app

    app = create_app(settings, role="job")
    with app.app_context(), actor.acting(actor.Actor(name="Restore")):
        upgrade()
        found = transactions.transaction(after_restore.settle, taken_at)
        db.engine.dispose()
    return found


def _check_keys(settings: Environment, manifest: Mapping[str, Any], force: bool) -> list[str]:
    try:
        return keys.check(settings, manifest)
    except BackupError as trouble:
        if not force:
            raise
        return [f"In spite of this: {trouble.message}"]


def _check_migration(manifest: Mapping[str, Any]) -> None:
    """Only forward: a backup of a newer program cannot be restored."""
    known = {path.name.split("_")[0] for path in (Path(MIGRATIONS) / "versions").glob("*.py")}
    if manifest["migration"] not in known:
        raise BackupError(
            f"This backup is at migration {manifest['migration']}, which this Pressroom does not know. "
            "Restore it with the newer version that made it."
        )


def _check_version(link: psycopg.Connection[Any], manifest: Mapping[str, Any]) -> None:
    if postgres.major_version(link) < manifest["postgresql"]:
        raise BackupError(
            f"The backup was made by PostgreSQL {manifest['postgresql']}; this server is {postgres.major_version(link)}. "
            "Use a server that is at least as new."
        )


def _check_nobody_works(link: psycopg.Connection[Any], force: bool) -> None:
    """A worker that runs could send from rows that are being replaced."""
    if force or not postgres.scalar(link, "SELECT to_regclass('public.worker_heartbeats')"):
        return
    rows = link.execute(
        "SELECT kind, host, pid FROM worker_heartbeats WHERE seen_at > app_now() - make_interval(secs => %s)",
        [SILENT_AFTER],
    ).fetchall()
    alive = sorted({f"{kind} ({pid} on {host})" for kind, host, pid in rows if _may_be_running(host, pid)})
    if alive:
        raise BackupError(
            f"The desk is running: {', '.join(alive)} reported within {SILENT_AFTER} s. Stop it first "
            "(Ctrl-C in its terminal, or stop its service); --force restores all the same."
        )


def _may_be_running(host: str, pid: int) -> bool:
    """Of another machine nobody here can tell; a process of this one that was killed is known to be gone."""
    return host != socket.gethostname() or is_running(pid)


def _check_empty(link: psycopg.Connection[Any], replace: bool) -> None:
    tables = postgres.scalar(link, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    ours = postgres.scalar(link, "SELECT to_regclass('public.users')")
    people = postgres.scalar(link, "SELECT count(*) FROM public.users") if ours else 0
    if tables and not replace and (not ours or people):
        what = f"a desk with {people} people" if ours else f"{tables} tables of something else"
        raise BackupError(
            f"The database is not empty: it holds {what}. Nothing was changed. "
            "Take a backup of it, then use --replace to put this one in its place."
        )


def _restore_pictures(settings: Environment, folder: Path) -> None:
    source, store = Files(folder / FILES), Files(settings.files)
    try:
        for sha256 in archive.read_picture_list(folder):
            store.put(source.read(sha256))
    except OSError as error:
        raise BackupError(f"The pictures cannot be written to {settings.files}: {error.strerror}.") from None


def _check_complete(link: psycopg.Connection[Any], manifest: Mapping[str, Any]) -> None:
    found = postgres.count_rows(link)
    differ = [
        f"{table} {found.get(table, 0)} of {expected}"
        for table, expected in manifest["rows"].items()
        if found.get(table) != expected
    ]
    if differ:
        raise BackupError(
            f"The restored rows are not complete: {', '.join(differ)}. Everything is held. Restore another backup."
        )
