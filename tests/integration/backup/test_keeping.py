"""Old backups go, and the doctor says when there is none."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import psycopg

from app.cli.backup import make
from app.cli.backup.archive import list_finished
from app.cli.doctor.backups import backups
from app.cli.doctor.finding import Context
from tests.integration.backup.around import run


def test_rotation_removes_what_nobody_keeps(app, desk, tmp_path):
    folder, _ = make.make(desk, tmp_path)
    for day in range(1, 29):
        shutil.copytree(folder, tmp_path / f"pressroom-202003{day:02}T030000Z")
    (tmp_path / "pressroom-notes").mkdir()
    folder.rename(tmp_path / "pressroom-20200329T030000Z")
    answer = run(app, "backup", "--to", str(tmp_path), "--rotate")
    left = {name[10:18] for name in list_finished(tmp_path)} - {f"{datetime.now(UTC):%Y%m%d}"}
    assert answer.exit_code == 0 and (tmp_path / "pressroom-notes").is_dir()
    assert left == {f"202003{day}" for day in (29, 28, 27, 26, 25, 24, 22, 15)}, (
        "days, then weeks; the month has one already"
    )


def test_the_doctor_asks_for_a_backup(desk, tmp_path):
    """A new desk is left in peace; one in use for days is told, and so is one whose last backup has gone."""

    def found():
        with psycopg.connect(desk.libpq_url, autocommit=True) as link:
            return next((one.state, one.says) for one in backups(Context({}, desk, link)))

    assert found() == ("ok", "none yet; the desk is new")
    with psycopg.connect(desk.libpq_url) as link:
        link.execute("UPDATE users SET created_at = now() - interval '9 days'")
    assert found() == ("note", "there is none, and the desk is 9 days old")
    folder, _ = make.make(desk, tmp_path)
    assert found() == ("ok", "the last one is 0 hours old")
    shutil.rmtree(folder)
    assert found()[0] == "note" and "not there any more" in found()[1]
