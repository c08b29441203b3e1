"""Keys stand apart from a backup: inside are only seals, by which a wrong ring is noticed before anything is touched.

The manifest holds a probe sealed by every key of the ring, its own digest sealed by the newest (so an altered manifest
is noticed), and a keyed hash of SECRET_KEY. The keys themselves are written only to the file a person names.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.cli.backup.archive import BackupError, manifest_digest
from app.core.crypto import KeyRing, Unsealable
from app.environment import KEPT, VARIABLES, Environment, process_environment

_PROBE, _CONTEXT, _BODY = "pressroom", "backup:probe:key", "backup:manifest:digest"


def make_seals(settings: Environment, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What lets a restore tell whether it has the keys of this backup."""
    probes = {key[0]: KeyRing((key,)).seal(_PROBE, _CONTEXT) for key in settings.keys}
    return {
        "probes": probes,
        "manifest": KeyRing(settings.keys).seal(manifest_digest(manifest), _BODY) if settings.keys else "",
        "secret_key": _secret_key_hash(settings.secret_key),
    }


def check(settings: Environment, manifest: Mapping[str, Any]) -> list[str]:
    """Notes for the person. Raises BackupError for a ring that does not open the backup, and for an altered manifest."""
    found, ring = manifest["seals"], KeyRing(settings.keys)
    lost = [key for key, sealed in found["probes"].items() if not _opens(ring, sealed)]
    needed = sorted(set(lost) & set(manifest["sealed_with"]) | (set(lost) & {_newest(manifest)}))
    if needed:
        raise BackupError(
            f"The keys do not fit: PRESSROOM_KEYS has no or another key {', '.join(map(repr, needed))}, so the stored "
            "secrets of this backup would not open. Nothing was changed. Restore with --keys and the file that "
            "`flask backup --with-keys` wrote, or set PRESSROOM_KEYS; --force goes on, and every account must be connected anew."
        )
    if not lost and found["manifest"] and not _same(ring, found["manifest"], manifest_digest(manifest)):
        raise BackupError(
            "The manifest was altered after the backup was made. Nothing was changed. Take another backup."
        )
    notes = [f"The key {key!r} of the backup is not in the ring; no secret needs it." for key in lost]
    if not hmac.compare_digest(found["secret_key"], _secret_key_hash(settings.secret_key)):
        notes.append(
            "SECRET_KEY is another one than at the backup: invitations and reset links sent before do not work."
        )
    return notes


def write(settings: Environment, path: Path) -> None:
    """Both keys in a file of their own, mode 0600. Raises BackupError when it exists or cannot be written."""
    ring = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in settings.keys)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(f"SECRET_KEY={settings.secret_key}\nPRESSROOM_KEYS={ring}\n")
            out.flush()
            os.fsync(out.fileno())
    except FileExistsError:
        raise BackupError(f"{path} exists; keys are never overwritten. Name another file.") from None
    except OSError as error:
        raise BackupError(f"The keys cannot be written to {path}: {error.strerror}.") from None


def install(settings: Environment, path: Path) -> list[str]:
    """Make the keys of a file the desk's. What stands in the data folder is kept beside it. Returns what was done.

    Raises BackupError when the file is not such a file, or the environment sets another value, which only a person can change.
    """
    given, done, environment = _read(path), [], process_environment()
    present = {"SECRET_KEY": settings.secret_key, "PRESSROOM_KEYS": settings.keys}
    for name, file, _ in KEPT:
        if VARIABLES[name](given[name]) == present[name]:
            continue
        if environment.get(name) or environment.get(f"{name}_FILE"):
            raise BackupError(
                f"The environment sets {name} to another value than {path}. Set it to that value and restore again."
            )
        done.append(_put(settings.data / file, given[name]))
    return done


def describe_places(settings: Environment) -> str:
    """Where the keys are, in words, for the person who must keep them."""
    environment = process_environment()
    places = [
        f"{name} in the environment"
        if environment.get(name) or environment.get(f"{name}_FILE")
        else f"{name} in {settings.data / file}"
        for name, file, _ in KEPT
    ]
    return " and ".join(places)


def _put(path: Path, value: str) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.before-restore")
    done = f"{path} was written"
    if path.exists():
        path.replace(aside)
        done += f"; the one before is {aside}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(value + "\n")
    return done


def _read(path: Path) -> dict[str, str]:
    try:
        lines = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
        for name, _, _ in KEPT:
            VARIABLES[name](lines[name])
    except OSError as error:
        raise BackupError(f"The keys cannot be read from {path}: {error.strerror}.") from None
    except (KeyError, ValueError):
        raise BackupError(f"{path} is not a file of keys as `flask backup --with-keys` writes it.") from None
    return lines


def _newest(manifest: Mapping[str, Any]) -> str:
    return next(iter(manifest["seals"]["probes"]), "")


def _opens(ring: KeyRing, sealed: str) -> bool:
    return _same(ring, sealed, _PROBE, _CONTEXT)


def _same(ring: KeyRing, sealed: str, plain: str, context: str = _BODY) -> bool:
    try:
        return ring.unseal(sealed, context) == plain
    except Unsealable:
        return False


def _secret_key_hash(secret_key: str) -> str:
    return hmac.new(secret_key.encode(), b"backup:secret-key", "sha256").hexdigest()
