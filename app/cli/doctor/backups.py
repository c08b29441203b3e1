"""A desk that has been used for days wants a backup; `backups` says when the last one was taken, and where."""

from __future__ import annotations

from pathlib import Path

from app.cli.doctor.finding import Context, Findings, note, ok

DAYS = 2


def backups(context: Context) -> Findings:
    if context.link is None:
        return
    query = "SELECT extract(epoch FROM now() - taken_at) / 86400, location FROM backups ORDER BY taken_at DESC LIMIT 1"
    last = context.rows(query)
    used = context.rows("SELECT extract(epoch FROM now() - min(created_at)) / 86400 FROM users")
    days = float(last[0][0] if last else (used and used[0][0]) or 0)
    remedy = "run each night: flask backup --rotate --to FOLDER, on another disk"
    if last and not Path(last[0][1]).is_dir():
        yield note(
            "backups", f"the last one, {last[0][1]}, is not there any more", "bring it back, or run: flask backup"
        )
    elif days > DAYS:
        yield note(
            "backups", f"{'the last one is' if last else 'there is none, and the desk is'} {days:.0f} days old", remedy
        )
    else:
        yield ok("backups", f"the last one is {days * 24:.0f} hours old" if last else "none yet; the desk is new")
