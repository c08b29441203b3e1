"""The database's side: a server that runs, the programs that fit it, the dump, and the transaction that puts it back."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE
from typing import IO, Any, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.cli.backup.archive import BackupError
from app.environment import Environment, process_environment
from app.runtime.process import StartError

COUNTED_TABLES = (
    "users",
    "content_items",
    "artifacts",
    "content_assets",
    "approval_requests",
    "publish_jobs",
    "publish_records",
    "publish_attempts",
    "platform_credentials",
    "local_posts",
    "audit_log",
)
_NEWER_THAN_16 = b"SET transaction_timeout = 0;\n"
_HEAD = 8192
_BEFORE = b"""BEGIN;
SET LOCAL lock_timeout = '20s';
SET LOCAL client_min_messages = warning;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""


@contextmanager
def connect(settings: Environment) -> Iterator[psycopg.Connection[Any]]:
    """A connection; the embedded server is started for it when the desk is not running, and stopped afterwards."""
    from app.runtime.postgres import Postgres

    own = None
    try:
        try:
            link = psycopg.connect(settings.owner_libpq_url, autocommit=True, connect_timeout=5)
        except psycopg.OperationalError as error:
            if not settings.embedded_database:
                reason = str(error).strip().splitlines()[-1]
                raise BackupError(
                    f"{settings.public_addresses['DATABASE_URL']}: {reason}\nCorrect DATABASE_URL; `flask doctor` says more."
                ) from None
            own = Postgres(settings.data)
            own.start()
            link = psycopg.connect(settings.owner_libpq_url, autocommit=True, connect_timeout=5)
        with link:
            yield link
    except StartError as error:
        raise BackupError(str(error)) from None
    finally:
        if own is not None:
            own.stop()


def major_version(link: psycopg.Connection[Any]) -> int:
    return link.info.server_version // 10000


def find_program(name: str, wanted: int) -> str:
    """pg_dump, pg_restore or psql of at least the server's version: on PATH, else from the wheel. Raises BackupError."""
    found: dict[str, int] = {}
    for path in filter(None, (shutil.which(name), _embedded_program(name))):
        with suppress(OSError, ValueError, IndexError):
            shown = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
            found[path] = int(shown.split("(PostgreSQL)")[1].split(".")[0].split()[0])
    fitting = [path for path, version in found.items() if version >= wanted]
    if fitting:
        return min(fitting, key=lambda path: found[path])
    have = ", ".join(f"{path} is version {version}" for path, version in found.items()) or "none is installed"
    raise BackupError(
        f"The server is PostgreSQL {wanted} and needs a {name} at least as new; {have}. "
        f"Install the client programs of PostgreSQL {wanted} (Debian: postgresql-client-{wanted}) and run this again."
    )


def dump(link: psycopg.Connection[Any], settings: Environment, snapshot: str, target: Path) -> str:
    """pg_dump's custom format of one exported snapshot. Returns the program's version. Raises BackupError with its message."""
    tool = find_program("pg_dump", major_version(link))
    place, environment = _place(settings)
    done = subprocess.run(
        [tool, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}", f"--dbname={place}"],
        env=environment, capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode != 0:
        raise BackupError(f"pg_dump failed: {done.stderr.strip()[-500:]}")
    return subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]


def restore_dump(link: psycopg.Connection[Any], settings: Environment, archive: Path, after: str) -> None:
    """Empty the schema, restore, run the script `after`, all in one transaction. Raises BackupError; then nothing has changed."""
    place, environment = _place(settings)
    read = [find_program("pg_restore", major_version(link)), "--no-owner", "--no-privileges", "--file=-", str(archive)]
    write = [
        find_program("psql", major_version(link)),
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-o",
        os.devnull,
        "-d",
        place,
    ]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(read, env=environment, stdout=PIPE, stderr=errors) as reader,
        subprocess.Popen(write, env=environment, stdin=PIPE, stderr=errors) as writer,
    ):
        with suppress(BrokenPipeError):
            _feed(reader, writer, after.encode(), old=major_version(link) < 17)
        with suppress(BrokenPipeError):
            cast(IO[bytes], writer.stdin).close()
        cast(IO[bytes], reader.stdout).close()
        failed = [writer.wait(), reader.wait()] != [0, 0]
        errors.seek(0)
        message = errors.read().decode(errors="replace").strip()[-600:]
    if failed:
        hint = " Somebody still uses the desk: stop it and try again." if "lock timeout" in message else ""
        raise BackupError(f"The database could not be restored; it is as it was before. {message}{hint}")


def count_rows(link: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows of the main tables that are there."""
    out: dict[str, int] = {}
    for table in COUNTED_TABLES:
        if scalar(link, "SELECT to_regclass(%s)", f"public.{table}"):
            out[table] = scalar(link, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table)))
    return out


def scalar(link: psycopg.Connection[Any], query: Any, *values: Any) -> Any:
    """The first value of a query."""
    row = link.execute(query, values or None).fetchone()
    return row[0] if row else None


def _feed(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], after: bytes, old: bool) -> None:
    """The script as it is (servers before 17 do not know one setting in its head); committed only when all of it was read."""
    source, target = cast(IO[bytes], reader.stdout), cast(IO[bytes], writer.stdin)
    target.write(_BEFORE)
    head = source.read(_HEAD)
    target.write(head.replace(_NEWER_THAN_16, b"") if old else head)
    shutil.copyfileobj(source, target, 1 << 20)
    whole = reader.wait() == 0
    target.write(b"SET LOCAL search_path = public;\n" + after + b"COMMIT;\n" if whole else b"ROLLBACK;\n")


def _embedded_program(name: str) -> str | None:
    from app.runtime.postgres import programs

    with suppress(StartError):
        return str(programs() / name)
    return None


def _place(settings: Environment) -> tuple[str, dict[str, str]]:
    """Where to connect, for a command line that others can read, and the environment with the password."""
    parts = conninfo_to_dict(settings.owner_libpq_url)
    password = parts.pop("password", None)
    environment = process_environment() | {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "5"}
    return make_conninfo("", **parts), environment | ({"PGPASSWORD": str(password)} if password else {})
