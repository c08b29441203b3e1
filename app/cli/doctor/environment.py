"""Checks of the machine: variables, folders, files with secrets, room on the disk, the address."""

from __future__ import annotations

import difflib
import os
import shutil
import stat
from pathlib import Path
from urllib.parse import urlsplit

from app.cli.doctor.finding import Context, Findings, note, ok, wrong
from app.environment import VARIABLES

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
ROOM_NEEDED = 500 * 1024 * 1024


def variables(context: Context) -> Findings:
    """A misspelt variable is silently the default otherwise."""
    known = {*VARIABLES, *(f"{name}_FILE" for name in VARIABLES), "PRESSROOM_SUPERVISED"}
    for name in sorted(context.environ):
        if name.startswith("PRESSROOM_") and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            yield note(
                "environment",
                f"{name} is not a variable of Pressroom",
                f"did you mean {near[0]}?" if near else "remove it",
            )
    yield ok("environment", "every variable that is set can be read")


def data_folder(context: Context) -> Findings:
    yield from _folder("data folder", context.settings.data, "PRESSROOM_DATA")


def files_folder(context: Context) -> Findings:
    yield from _folder("files folder", context.settings.files, "FILES_URL")


def audit_folder(context: Context) -> Findings:
    """Without it the roots of the trail are noted nowhere but in the database that they are to speak about."""
    yield from _folder("audit folder", context.settings.audit, "PRESSROOM_AUDIT")


def _folder(check: str, path: Path, variable: str) -> Findings:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        trial = path / f".doctor-{os.getpid()}"
        trial.write_text("x")
        trial.unlink()
    except OSError as error:
        yield wrong(
            check, f"{path} cannot be written ({error.strerror})",
            f"make it writable for this user (uid {os.geteuid()}): chown it, or set {variable} to another folder",
        )  # fmt: skip
        return
    yield ok(check, f"{path} can be written")


def disk(context: Context) -> Findings:
    if not context.settings.data.is_dir():
        return  # said above
    free = shutil.disk_usage(context.settings.data).free
    if free < ROOM_NEEDED:
        yield wrong(
            "disk",
            f"only {free // 2**20} MB are free for {context.settings.data}",
            "free some, or move PRESSROOM_DATA to a larger disk",
        )
    else:
        yield ok("disk", f"{free / 2**30:.1f} GB are free")


def keys(context: Context) -> Findings:
    settings = context.settings
    for variable, value, file in (
        ("SECRET_KEY", settings.secret_key, "secret_key"),
        ("PRESSROOM_KEYS", settings.keys, "keys"),
    ):
        path = settings.data / file
        if not value:
            yield wrong(
                "keys", f"{variable} is absent and could not be made in {settings.data}",
                f"make {settings.data} writable, or set {variable}",
            )  # fmt: skip
        elif not context.environ.get(variable) and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield wrong(
                "keys",
                f"{path} can be read by other users",
                f"chmod 600 {path}, and make new keys if others have logged in here",
            )
        else:
            yield ok("keys", f"{variable} is there")


def address(context: Context) -> Findings:
    parts = urlsplit(context.settings.url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        yield wrong(
            "address", f"{context.settings.url} is not encrypted: passwords and cookies can be read on the way",
            "put a proxy with TLS in front and set PRESSROOM_URL to its https:// address",
        )  # fmt: skip
    elif context.settings.bind not in LOOPBACK and parts.hostname in LOOPBACK:
        yield note(
            "address", f"it listens on {context.settings.bind}, but {context.settings.url} is its only name",
            "set PRESSROOM_URL to the address that people type; links to hand over are made of it",
        )  # fmt: skip
    else:
        yield ok("address", context.settings.url)
