"""Which processes there are, read from /proc."""

from __future__ import annotations

from pathlib import Path


def is_running(pid: int) -> bool:
    """Is there such a process, and not merely its unreaped remains?"""
    fields = _stat(Path(f"/proc/{pid}"))
    return bool(fields) and fields[0] not in {"Z", "X"}


def session_members(leader: int) -> list[int]:
    """The processes whose session this one leads."""
    folders = [folder for folder in Path("/proc").glob("[0-9]*") if (_stat(folder) or [""] * 4)[3] == str(leader)]
    return [int(folder.name) for folder in folders]


def _stat(folder: Path) -> list[str]:
    """state, ppid, pgrp, session … (proc(5)); empty when it has ended."""
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
