"""The user that the embedded PostgreSQL runs as: it refuses root. The ways are those of launch.py."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from app.runtime.launch import nobody
from app.runtime.process import StartError, launch_command


def choose_way(note: Path, program: Path, requested: str | None) -> str:
    """The way that was requested, or the one noted at the last start, or the first that works here; it is noted again.

    Raises StartError when none works.
    """
    if os.geteuid() != 0:
        return "plain"
    stored = note.read_text().strip() if note.exists() else ""
    candidates = [requested] if requested else list(dict.fromkeys([stored or "userns", "userns", "setuid"]))
    for way in filter(None, candidates):
        trial = subprocess.run(launch_command([str(program), "--version"], way=way), capture_output=True, check=False)
        if trial.returncode == 0:
            note.write_text(way + "\n")
            return way
    raise StartError(
        "PostgreSQL refuses to run as root, and this machine allows neither a user namespace nor a change of user; "
        "start Pressroom as an ordinary user, or set DATABASE_URL"
    )


def set_owner(way: str, cluster: Path, home: Path, sockets: Path) -> None:
    """The cluster and its folders belong to whom the server runs as. Raises StartError when only root could change that."""
    owner = nobody() if way == "setuid" else (os.geteuid(), os.getegid())
    if cluster.exists() and cluster.stat().st_uid != owner[0]:
        if os.geteuid() != 0:
            raise StartError(
                f"{cluster} was made by another user (perhaps by root); start Pressroom as that user, "
                f"or hand it over: sudo chown -R {os.geteuid()} {home.parent}"
            )
        for folder, _, files in os.walk(cluster):
            os.chown(folder, *owner)
            for name in files:
                os.chown(Path(folder) / name, *owner, follow_symlinks=False)
    if os.geteuid() == 0:
        os.chown(sockets, *owner)
        os.chown(home, *owner)
