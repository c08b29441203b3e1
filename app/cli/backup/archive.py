"""What one backup looks like on disk: a folder `pressroom-<moment>` that is whole when it has its name.

manifest.json    versions, moment, row counts, size and SHA-256 of each part, seals (`keys.py`)
database.dump    pg_dump's custom format
files.txt        `<sha256> <bytes>` of every picture the database names
files/ab/cd/…    the pictures, by content
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

FORMAT = 1
MANIFEST, DUMP, LIST, FILES = "manifest.json", "database.dump", "files.txt", "files"
_NAME = "pressroom-%Y%m%dT%H%M%SZ"


class BackupError(click.ClickException):
    """Something that ends a backup or a restore; the message says what to do next."""


def format_name(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_NAME)


def parse_name(name: str) -> datetime | None:
    """When the backup of this folder name was taken; None for any other folder."""
    try:
        return datetime.strptime(name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def list_finished(folder: Path) -> dict[str, Path]:
    """The finished backups of a folder, by name, oldest first."""
    found = (path for path in folder.glob("pressroom-*") if parse_name(path.name) and (path / MANIFEST).is_file())
    return {path.name: path for path in sorted(found)}


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_file(path: Path) -> dict[str, Any]:
    """Its size in bytes and its SHA-256."""
    return {"bytes": path.stat().st_size, "sha256": sha256_of(path)}


def manifest_digest(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of what the manifest says, but for its seals."""
    content = {key: value for key, value in manifest.items() if key != "seals"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def finish(draft: Path, manifest: Mapping[str, Any], target: Path) -> None:
    """The manifest last, everything on disk, then the name: a backup that was cut short never looks whole."""
    (draft / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    for folder, _, names in os.walk(draft, topdown=False):
        for path in (Path(folder) / name for name in names):
            path.chmod(0o600)
            _sync(path)
        _sync(Path(folder))
    draft.rename(target)
    _sync(target.parent)


def remove(folder: Path) -> None:
    """Takes the name away first, so that half a backup is never found."""
    doomed = folder.with_name(f".{folder.name}.removed")
    folder.rename(doomed)
    shutil.rmtree(doomed)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest. Raises BackupError when this is no whole backup or a newer kind of it."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        number = manifest["format"]
    except OSError as error:
        raise BackupError(
            f"{folder} is not a whole backup: its {MANIFEST} cannot be read ({error.strerror})."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise BackupError(f"{folder / MANIFEST} is damaged. Nothing was changed. Take another backup.") from None
    if number != FORMAT:
        raise BackupError(
            f"This backup has format {number}; this Pressroom reads {FORMAT}. Use the version that made it."
        )
    return manifest


def read_picture_list(folder: Path) -> dict[str, int]:
    """SHA-256 → bytes of every picture of the backup."""
    lines = (line.split() for line in (folder / LIST).read_text().splitlines())
    return {sha256: int(size) for sha256, size in lines}


def verify(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Every byte is what the manifest says. Raises BackupError that names the part."""
    for name, expected in manifest["parts"].items():
        path = folder / name
        if not path.is_file():
            raise BackupError(f"{path} is missing. Nothing was changed. Take another backup.")
        if describe_file(path) != expected:
            raise BackupError(
                f"{path} is not what was backed up: its SHA-256 differs. Nothing was changed. Take another backup."
            )
    for sha256 in read_picture_list(folder):
        path = folder / FILES / sha256[:2] / sha256[2:4] / sha256
        if not path.is_file() or sha256_of(path) != sha256:
            raise BackupError(f"The picture {path} is missing or altered. Nothing was changed. Take another backup.")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
