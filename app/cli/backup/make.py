"""Making a backup while the desk runs: one snapshot for the dump, the counts and the list of pictures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import psycopg
from sqlalchemy.exc import DBAPIError

from app.cli.backup import archive, keys, postgres
from app.cli.backup.archive import DUMP, FILES, LIST, BackupError
from app.cli.backup.rotation import moments_to_keep
from app.environment import Environment
from app.outbound.files import Files

_PICTURES = """SELECT content_hash FROM content_assets UNION
SELECT thumbnail_hash FROM content_assets WHERE thumbnail_hash IS NOT NULL ORDER BY 1"""


def make(settings: Environment, folder: Path) -> tuple[Path, dict[str, Any]]:
    """A new backup in `folder`. Returns it and its manifest. Raises BackupError; then nothing is left behind."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        moment = datetime.now(UTC).replace(microsecond=0)
        target = folder / archive.format_name(moment)
        draft = folder / f".{target.name}.{os.getpid()}.part"
        draft.mkdir(mode=0o700)
    except OSError as error:
        raise BackupError(f"{folder} cannot be written: {error.strerror}. Name another folder with --to.") from None
    try:
        if target.exists():
            raise BackupError(f"{target} exists already; backups are a second apart at least.")
        with postgres.connect(settings) as link:
            manifest = _fill(link, settings, draft)
            archive.finish(draft, manifest, target)
            _record(target, manifest)
    except OSError as error:
        raise BackupError(f"The backup could not be written to {folder}: {error.strerror}.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target, manifest


def rotate(folder: Path) -> list[str]:
    """Remove what is older than 7 days, 4 weeks and 12 months need. Returns the names."""
    finished = archive.list_finished(folder)
    moments = {name: archive.parse_name(name) for name in finished}
    stay = moments_to_keep(moment for moment in moments.values() if moment)
    gone = [name for name, moment in moments.items() if moment not in stay]
    for name in gone:
        archive.remove(finished[name])
    return gone


def _record(target: Path, manifest: Mapping[str, Any]) -> None:
    """A row in `backups` and an entry in the history. A database before that table has neither; the backup stands."""
    from app.core import actor, transactions
    from app.operations.actions import note_backup

    with actor.acting(actor.Actor(name="Backup")):
        try:
            transactions.transaction(note_backup, str(target.resolve()), manifest)
        except DBAPIError as error:
            click.echo(f"The backup is whole, but the desk could not note it: {type(error.orig).__name__}.", err=True)


def _fill(link: psycopg.Connection[Any], settings: Environment, draft: Path) -> dict[str, Any]:
    with link.transaction():
        link.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if not postgres.scalar(link, "SELECT to_regclass('public.alembic_version')"):
            raise BackupError(
                "This database holds no desk. Correct DATABASE_URL or PRESSROOM_DATA; `flask doctor` says more."
            )
        snapshot = postgres.scalar(link, "SELECT pg_export_snapshot()")
        program = postgres.dump(link, settings, snapshot, draft / DUMP)
        wanted = [row[0] for row in link.execute(_PICTURES)]
        before = _pictures_before(draft.parent)
        sizes, absent = _copy_pictures(Files(settings.files), wanted, draft, before)
        inside = {"number": len(sizes), "bytes": sum(sizes.values()), "absent": absent}
        manifest = _facts(link) | {"pg_dump": program, "pictures": inside}
    (draft / LIST).write_text("".join(f"{sha256} {size}\n" for sha256, size in sizes.items()))
    manifest["parts"] = {name: archive.describe_file(draft / name) for name in (DUMP, LIST)}
    manifest["seals"] = keys.make_seals(settings, manifest)
    return manifest


def _facts(link: psycopg.Connection[Any]) -> dict[str, Any]:
    sealed = link.execute(
        "SELECT key_id, count(*) FROM platform_credentials WHERE key_id IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return {
        "format": archive.FORMAT,
        # the database's clock: after a restore, looks for posts begin at this moment of theirs
        "taken_at": postgres.scalar(link, "SELECT date_trunc('second', now())").isoformat(),
        "migration": postgres.scalar(link, "SELECT version_num FROM alembic_version"),
        "postgresql": postgres.major_version(link),
        "rows": postgres.count_rows(link),
        "sealed_with": dict(sealed.fetchall()),
    }


def _copy_pictures(
    store: Files, wanted: list[str], draft: Path, before: Path | None
) -> tuple[dict[str, int], list[str]]:
    """Each into the draft; one that the backup before holds intact takes no second place on the disk."""
    sizes: dict[str, int] = {}
    absent: list[str] = []
    own, older = Files(draft / FILES), Files(before / FILES) if before else None
    for sha256 in wanted:
        target = own.path(sha256)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            content = store.read(sha256)
        except (FileNotFoundError, ValueError):
            absent.append(sha256)
            continue
        sizes[sha256] = len(content)
        if not _link(older, sha256, target):
            target.write_bytes(content)
    return sizes, absent


def _link(older: Files | None, sha256: str, target: Path) -> bool:
    try:
        if older is None or not older.read(sha256):
            return False
        os.link(older.path(sha256), target)
    except (OSError, ValueError):
        return False
    return True


def _pictures_before(folder: Path) -> Path | None:
    return next(reversed(list(archive.list_finished(folder).values())), None)


def summary(manifest: Mapping[str, Any]) -> str:
    """What is inside, in one line."""
    rows, pictures = manifest["rows"], manifest["pictures"]
    size = (manifest["parts"][DUMP]["bytes"] + pictures["bytes"]) / 1_000_000
    return (
        f"{rows['content_items']} items, {rows['publish_records']} records, {rows['users']} people, "
        f"{pictures['number']} pictures; {size:.1f} MB"
    )
