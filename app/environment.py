"""Everything the environment says, read once, typed, frozen. Nobody else reads `os.environ`.

In: a mapping of strings (the process environment by default). Out: `Settings`. Errors: `SettingsError`, which lists
*every* wrong variable at once, each with what to write instead. Any variable may also be given as `NAME_FILE`, the path
of a file that holds the value (the usual way to hand over secrets).

What is absent has a working default: without DATABASE_URL and REDIS_URL the addresses are those of the servers that
`make run` starts inside the data folder, so every `flask` command finds a running desk by itself. SECRET_KEY and
PRESSROOM_KEYS are made once in the data folder; where that is not possible they stay empty and `require_complete()` says so
(`flask db upgrade` and `flask doctor` run without them).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from app.lib import envvalues as kind
from app.lib.envvalues import Bad, KeyRing, without_password

ROOT = Path(__file__).resolve().parents[1]
EMBEDDED_ROLE = "pressroom_app"  # what web, workers and clock are in the embedded server; "pressroom" owns it
SOCKET_PATH_LIMIT = 100  # sun_path holds 107 characters; the servers add a few of their own
VARIABLES: dict[str, Callable[[str], Any]] = {
    "PORT": kind.port,
    "PRESSROOM_BIND": str,
    "PRESSROOM_PROXIES": kind.proxies,
    "PRESSROOM_DATA": kind.folder,
    "PRESSROOM_AUDIT": kind.folder,
    "PRESSROOM_ADMIN_EMAIL": kind.email,
    "PRESSROOM_ADMIN_PASSWORD": kind.password,
    "PRESSROOM_DEMO": kind.flag,
    "SECRET_KEY": kind.secret_key,
    "PRESSROOM_KEYS": kind.key_ring,
    "PRESSROOM_URL": kind.web_url,
    "PRESSROOM_HOSTS": kind.hosts,
    "PRESSROOM_ALLOW_HOSTS": kind.hosts,
    "DATABASE_URL": kind.postgres_url,
    "DATABASE_OWNER_URL": kind.postgres_url,
    "REDIS_URL": kind.redis_url,
    "SMTP_URL": kind.mail_url,
    "FILES_URL": kind.files_url,
}


class EnvironmentInvalid(Exception):
    """What is wrong with the environment; `problems` is a list of (variable, what to do)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        lines = "".join(f"\n  {name} {what}." for name, what in problems)
        super().__init__(f"The environment is not usable; {len(problems)} to correct:{lines}")


@dataclass(frozen=True)
class Environment:
    port: int = 8000
    bind: str = "127.0.0.1"
    proxies: int = 0
    data: Path = ROOT / "var"
    audit_folder: Path | None = None
    admin_email: str = "admin@pressroom.example"
    admin_password: str | None = field(default=None, repr=False)
    demo: bool = True
    secret_key: str = field(default="", repr=False)
    keys: KeyRing = field(default=(), repr=False)
    url: str = "http://localhost:8000"
    hosts: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    database_url: str = field(default="", repr=False)  # of web, workers and clock
    owner_url: str = field(default="", repr=False)  # of migrations, backup and restore; empty: the same
    redis_url: str = field(default="", repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    files_url: str = ""
    embedded_database: bool = True
    embedded_redis: bool = True

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Environment:
        values, problems = _read(os.environ if environ is None else environ)
        data: Path = values.get("PRESSROOM_DATA", cls.data)
        made = {name: _value_or_file(data / file, name, make, values, problems) for name, file, make in KEPT}
        problems += _one_database(values)
        if problems:
            raise EnvironmentInvalid(problems)
        port = values.get("PORT", cls.port)
        return cls(
            port=port,
            bind=values.get("PRESSROOM_BIND", cls.bind),
            proxies=values.get("PRESSROOM_PROXIES", cls.proxies),
            data=data,
            audit_folder=values.get("PRESSROOM_AUDIT"),
            demo=values.get("PRESSROOM_DEMO", cls.demo),
            admin_email=values.get("PRESSROOM_ADMIN_EMAIL", cls.admin_email),
            admin_password=values.get("PRESSROOM_ADMIN_PASSWORD"),
            secret_key=made["SECRET_KEY"] or "",
            keys=made["PRESSROOM_KEYS"] or (),
            url=values.get("PRESSROOM_URL", f"http://localhost:{port}"),
            hosts=values.get("PRESSROOM_HOSTS", ()),
            allow_hosts=values.get("PRESSROOM_ALLOW_HOSTS", ()),
            smtp_url=values.get("SMTP_URL"),
            database_url=values.get("DATABASE_URL", embedded_database_url(data)),
            owner_url=values.get("DATABASE_OWNER_URL", "" if "DATABASE_URL" in values else embedded_owner_url(data)),
            embedded_database="DATABASE_URL" not in values,
            redis_url=values.get("REDIS_URL", embedded_redis_url(data)),
            embedded_redis="REDIS_URL" not in values,
            files_url=values.get("FILES_URL", (data / "files").as_uri()),
        )

    @property
    def cookie_secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def audit(self) -> Path:
        """Where the roots of the audit trail are noted, outside the database."""
        return self.audit_folder or self.data / "audit"

    @property
    def files(self) -> Path:
        return Path(unquote(urlsplit(self.files_url).path))

    @property
    def libpq_url(self) -> str:
        """The database's address as psql, pg_dump and psycopg.connect want it."""
        return _libpq(self.database_url)

    @property
    def owner_libpq_url(self) -> str:
        """The same, for the owner of the tables."""
        return _libpq(self.owner_url or self.database_url)

    @property
    def public_addresses(self) -> dict[str, str]:
        """Addresses without their passwords, for messages and pages."""
        return {"DATABASE_URL": without_password(self.database_url), "REDIS_URL": without_password(self.redis_url)}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must stand in no text that is kept: keys, and the passwords of the servers."""
        urls = (self.database_url, self.redis_url, self.smtp_url or "")
        passwords = [unquote(found) for url in urls if (found := urlsplit(url).password)]
        keys = [base64.b64encode(key).decode() for _, key in self.keys]
        return tuple(filter(None, (self.secret_key, self.admin_password, *keys, *passwords)))

    def require_complete(self) -> Environment:
        """Itself, when all that the web, the workers and the clock need is there; else SettingsError."""
        where = f"is absent and could not be made in {self.data}; make that folder writable or set it"
        absent = [
            (name, where)
            for name, value in (("SECRET_KEY", self.secret_key), ("PRESSROOM_KEYS", self.keys))
            if not value
        ]
        if absent:
            raise EnvironmentInvalid(absent)
        return self


def socket_folder(data: Path) -> Path:
    """Where the embedded servers put their sockets: in the data folder, or in a short private folder when that path is too long."""
    wanted = data / "run"
    if len(os.fsencode(wanted / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT:
        return wanted
    short = f"pressroom-{os.getuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    return Path("/tmp") / short  # noqa: S108 (made 0700, refused when somebody else owns it)


def embedded_database_url(data: Path) -> str:
    return f"postgresql+psycopg://{EMBEDDED_ROLE}@/pressroom?host={quote(str(socket_folder(data)), safe='/')}"


def embedded_owner_url(data: Path) -> str:
    return f"postgresql+psycopg://pressroom@/pressroom?host={quote(str(socket_folder(data)), safe='/')}"


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def embedded_redis_url(data: Path) -> str:
    return f"unix://{quote(str(socket_folder(data) / 'valkey.sock'), safe='/')}?db=0"


def process_environment() -> dict[str, str]:
    """The whole environment, to hand on to child processes and to examine."""
    return dict(os.environ)


def _read(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    values: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for name, parse in VARIABLES.items():
        try:
            raw = _raw(environ, name)
            if raw:
                values[name] = parse(raw)
        except Bad as error:
            problems.append((name, str(error)))
    return values, problems


def _one_database(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The owner's address is the same database: what would be migrated or restored otherwise is not what runs."""
    if "DATABASE_OWNER_URL" not in values:
        return []
    if "DATABASE_URL" not in values:
        return [("DATABASE_OWNER_URL", "is set without DATABASE_URL; set both, or neither for the embedded server")]
    if len({_place(values[name]) for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}) > 1:
        return [
            ("DATABASE_OWNER_URL", "is another server or database than DATABASE_URL; only user and password differ")
        ]
    return []


def _place(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2], parts.path, parts.query


def _raw(environ: Mapping[str, str], name: str) -> str:
    """The variable or the content of the file that NAME_FILE names; empty counts as absent."""
    direct, file = environ.get(name, "").strip(), environ.get(f"{name}_FILE", "").strip()
    if direct and file:
        raise Bad(f"and {name}_FILE are both set; keep one of them")
    if not file:
        return direct
    try:
        content = Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Bad(
            f"cannot be read from the file {file!r} that {name}_FILE names ({getattr(error, 'strerror', None) or 'not text'})"
        ) from None
    if not content:
        raise Bad(f"is empty: the file {file!r} that {name}_FILE names holds nothing")
    return content


def _value_or_file(
    path: Path, name: str, make: Callable[[], str], values: dict[str, Any], problems: list[tuple[str, str]]
) -> Any:
    """The value given, else the one kept in the data folder, made there once. None when the folder cannot be written."""
    wrong = {variable for variable, _ in problems}
    if name in values or wrong & {name, "PRESSROOM_DATA"}:
        return values.get(name)
    try:
        if not path.exists():
            _write_once(path, make())
        return VARIABLES[name](path.read_text().strip())
    except OSError:
        return None
    except (Bad, UnicodeDecodeError) as error:
        problems.append((name, f"(kept in {path}) {error}"))
        return None


def _write_once(path: Path, value: str) -> None:
    """Whole or not at all, readable by the owner only; when two processes start at once the first one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(value + "\n")
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _new_ring() -> str:
    return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()


# what is made once in the data folder: variable, file, how
KEPT = (("SECRET_KEY", "secret_key", lambda: secrets.token_hex(32)), ("PRESSROOM_KEYS", "keys", _new_ring))
