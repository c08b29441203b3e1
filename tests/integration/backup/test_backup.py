"""`flask backup` and `flask restore`: what is inside, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import json
import stat
from dataclasses import replace

import psycopg
import pytest
from flask_migrate import downgrade

from app.cli.backup import keys, make, postgres
from app.cli.backup.archive import BackupError, list_finished, manifest_digest, read_manifest
from app.cli.backup.restore import restore
from app.core import heartbeats
from app.core.db import db
from app.environment import Environment
from app.factory import create_app
from app.outbound.files import Files
from app.web.health import newest_migration
from tests.integration.backup.around import PICTURE, rows, run


def test_what_is_inside_and_what_is_not(app, desk, tmp_path):
    answer = run(app, "backup", "--to", str(tmp_path))
    assert answer.exit_code == 0, answer.output
    ((_, folder),) = list_finished(tmp_path).items()
    manifest = read_manifest(folder)
    assert (
        manifest["rows"]["users"] == 1
        and manifest["migration"] == newest_migration()
        and manifest["pictures"]["number"] == 1
    )
    assert "The keys are not inside" in answer.output and str(desk.data / "keys") in answer.output
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert PICTURE in everything and b"canary-in-a-backup" not in everything
    assert desk.secret_key.encode() not in everything and list(tmp_path.iterdir()) == [folder]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert rows(desk, "SELECT location, sha256 FROM backups") == [
        (str(folder), manifest["parts"]["database.dump"]["sha256"])
    ]
    assert rows(desk, "SELECT actor_id FROM audit_log WHERE action = 'operations.backup'") != []


def test_restored_on_another_machine(desk, elsewhere, tmp_path):
    folder, manifest = make.make(desk, tmp_path / "b")
    restore(elsewhere, folder)
    assert Files(elsewhere.files).read(manifest_picture(folder)) == PICTURE
    assert rows(elsewhere, "SELECT scope, reason FROM publish_holds WHERE released_at IS NULL") == [("all", "restored")]
    assert rows(elsewhere, "SELECT email FROM users") == [("hana@example.org",)]
    assert rows(elsewhere, "SELECT count(*) FROM audit_log WHERE action = 'publishing.restored'") == [(1,)]
    with pytest.raises(BackupError, match="not empty: it holds a desk with 1 people"):
        restore(elsewhere, folder)
    assert restore(elsewhere, folder, replace=True).records["open"] == 0
    assert manifest["rows"]["platform_credentials"] == 1


def manifest_picture(folder):
    return (folder / "files.txt").read_text().split()[0]


def test_a_second_backup_shares_the_pictures(desk, tmp_path):
    first, _ = make.make(desk, tmp_path)
    first = first.rename(first.with_name("pressroom-20200101T000000Z"))
    second, _ = make.make(desk, tmp_path)
    sha256 = manifest_picture(second)
    assert Files(first / "files").path(sha256).samefile(Files(second / "files").path(sha256))


def tampered_dump(folder):
    with (folder / "database.dump").open("r+b") as file:
        file.seek(-3, 2)
        file.write(b"xxx")


def tampered_picture(folder):
    Files(folder / "files").path(manifest_picture(folder)).write_bytes(b"another picture")


def tampered_manifest(folder):
    """Another moment would hide what went out between."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["taken_at"] = "2030-01-01T00:00:00+00:00"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def cut_short(folder):
    (folder / "manifest.json").unlink()


def without_dump(folder):
    (folder / "database.dump").unlink()


FAULTS = {
    tampered_dump: "not what was backed up",
    tampered_picture: "missing or altered",
    tampered_manifest: "was altered after",
    cut_short: "not a whole backup",
    without_dump: "is missing",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_tampered_archive_is_refused(desk, elsewhere, tmp_path, fault):
    folder, _ = make.make(desk, tmp_path / "b")
    fault(folder)
    with pytest.raises(BackupError, match=FAULTS[fault]):
        restore(elsewhere, folder)
    assert rows(elsewhere, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_dump_that_breaks_half_way_changes_nothing(desk, elsewhere, tmp_path):
    """The hashes fit, the bytes do not: all of it is one transaction."""
    folder, _ = make.make(desk, tmp_path / "b")
    restore(elsewhere, folder)
    broken = tmp_path / "broken.dump"
    whole_dump = (folder / "database.dump").read_bytes()
    broken.write_bytes(whole_dump[: len(whole_dump) - 20_000])
    with psycopg.connect(elsewhere.libpq_url, autocommit=True) as link:
        with pytest.raises(BackupError, match="it is as it was before"):
            postgres.restore_dump(link, elsewhere, broken, "")
        with pytest.raises(BackupError, match="it is as it was before"):
            postgres.restore_dump(link, elsewhere, folder / "database.dump", "SELECT 1/0;\n")
    assert rows(elsewhere, "SELECT email FROM users") == [("hana@example.org",)]


@pytest.mark.parametrize(
    "ring", [(("test", bytes(32)),), (("other", bytes(range(32))),), ()], ids=["same id", "another id", "none"]
)
def test_wrong_keys_are_noticed_before_anything_is_touched(desk, elsewhere, tmp_path, ring):
    folder, _ = make.make(desk, tmp_path / "b")
    with pytest.raises(BackupError, match="The keys do not fit: PRESSROOM_KEYS has no or another key 'test'"):
        restore(replace(elsewhere, keys=ring), folder)
    assert rows(elsewhere, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    assert "do not fit" in restore(replace(elsewhere, keys=ring), folder, force=True).notes[0]


def test_another_secret_key_is_a_note(desk, elsewhere, tmp_path):
    folder, _ = make.make(desk, tmp_path / "b")
    assert "SECRET_KEY is another" in restore(replace(elsewhere, secret_key="another " * 8), folder).notes[0]


def test_keys_in_a_file_of_their_own(app, desk, tmp_path):
    """Written apart, mode 0600, never over another file, and enough for a new machine."""
    file = tmp_path / "keys.env"
    assert run(app, "backup", "--to", str(tmp_path / "b"), "--with-keys", str(file)).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and desk.secret_key in file.read_text()
    again = run(app, "backup", "--to", str(tmp_path / "b"), "--with-keys", str(file))
    assert again.exit_code == 1 and "keys are never overwritten" in again.output
    fresh = Environment.from_env({"PRESSROOM_DATA": str(tmp_path / "fresh")})
    (folder,) = list_finished(tmp_path / "b").values()
    with pytest.raises(BackupError, match="do not fit"):
        keys.check(fresh, read_manifest(folder))
    assert len(keys.install(fresh, file)) == 2
    now = Environment.from_env({"PRESSROOM_DATA": str(tmp_path / "fresh")})
    assert (now.keys, now.secret_key) == (desk.keys, desk.secret_key) and keys.check(now, read_manifest(folder)) == []
    assert (tmp_path / "fresh" / "keys.before-restore").exists()
    file.write_text("PRESSROOM_KEYS=nonsense\n")
    with pytest.raises(BackupError, match="not a file of keys"):
        keys.install(now, file)


def test_refused_while_workers_run(desk, elsewhere, tmp_path, commit):
    folder, _ = make.make(desk, tmp_path / "b")
    commit(heartbeats.report, "publish")
    db.session.rollback()
    db.engine.dispose()
    with pytest.raises(BackupError, match=r"The desk is running: publish \(\d+ on .*Stop it first"):
        restore(desk, folder, replace=True)


def test_a_backup_of_a_newer_program(desk, elsewhere, tmp_path):
    folder, manifest = make.make(desk, tmp_path / "b")
    manifest["migration"] = "9999"
    manifest["seals"]["manifest"] = keys.KeyRing(desk.keys).seal(manifest_digest(manifest), "backup:manifest:digest")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="migration 9999, which this Pressroom does not know"):
        restore(elsewhere, folder)


def test_programs_that_do_not_fit_are_named():
    with pytest.raises(BackupError, match=r"PostgreSQL 99 and needs a pg_dump at least as new; .*postgresql-client-99"):
        postgres.find_program("pg_dump", 99)


def test_a_missing_picture_is_told(app, desk, tmp_path):
    for path in desk.files.rglob("*"):
        if path.is_file():
            path.unlink()
    answer = run(app, "backup", "--to", str(tmp_path))
    assert answer.exit_code == 0 and "1 pictures are named by the database but missing" in answer.output


def test_an_older_backup_is_migrated_forward(desk, elsewhere, tmp_path):
    folder, _ = make.make(desk, tmp_path / "b")
    restore(elsewhere, folder)
    with create_app(elsewhere, TESTING=True).app_context():
        downgrade(revision="0008")
        db.session.remove()
        db.engine.dispose()
    older, manifest = make.make(elsewhere, tmp_path / "older")
    assert manifest["migration"] == "0008"
    restore(elsewhere, older, replace=True)
    assert rows(elsewhere, "SELECT version_num FROM alembic_version") == [(newest_migration(),)]
    assert rows(elsewhere, "SELECT count(*) FROM notifications") == [(0,)]
