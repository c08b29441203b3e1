"""Checks of the two servers: reachable, new enough, migrated, of the same time, fit to hold what must not be lost."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import psycopg
import redis

from app.cli.doctor.finding import Context, Findings, note, ok, wrong
from app.core import probe
from app.core.clock_watch import REFRAIN, describe_jump
from app.environment import ROOT

OLDEST = 140000
MOST_APART = 5  # seconds
WANTED_EXTENSIONS = ("pg_trgm", "unaccent", "pg_stat_statements")

# What the server says is in its own language; whether it answers at all is not (app/core/probe.py).
REFUSED = "correct user, password and database name in DATABASE_URL, or create that database, or wait until the server has started"
SILENT = "start that server, or correct host and port in DATABASE_URL"
EMBEDDED = "start it with `make run`, or set DATABASE_URL to a PostgreSQL of yours"


def database(context: Context) -> Findings:
    settings = context.settings
    shown = settings.public_addresses["DATABASE_URL"]
    try:
        context.link = psycopg.connect(settings.libpq_url, autocommit=True, connect_timeout=4)
    except psycopg.OperationalError as error:
        refuses = probe.answers({}, settings.libpq_url)
        found = f"{shown} answers, but does not let us in" if refuses else f"no answer from {shown}"
        remedy = EMBEDDED if settings.embedded_database else REFUSED if refuses else SILENT
        yield wrong("database", f"{found} ({_first(error)})", remedy)
        return
    info = context.link.info
    if info.server_version < OLDEST:
        yield wrong("database", f"PostgreSQL {info.server_version // 10000} is too old", "use PostgreSQL 14 or newer")
    if (encoding := context.rows("SHOW server_encoding")[0][0]) != "UTF8":
        yield wrong(
            "database", f"its encoding is {encoding}", "make the database anew: createdb -E UTF8 -T template0 pressroom"
        )
    yield ok("database", f"PostgreSQL {context.rows('SHOW server_version')[0][0]} answers at {shown}")


def migrations(context: Context) -> Findings:
    if context.link is None:
        return
    from alembic.script import ScriptDirectory

    newest = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    known = {path.name[:4] for path in (ROOT / "migrations" / "versions").glob("*.py")}
    found = [row[0] for row in context.rows("SELECT version_num FROM alembic_version")]
    if found == [newest]:
        yield ok("migrations", f"at {newest}")
    elif found and found[0] not in known:
        yield wrong(
            "migrations",
            f"the database is at {found[0]}, which this program does not know",
            "run the newer program that made it, or restore a backup",
        )
    else:
        yield wrong(
            "migrations",
            f"the database is at {found[0] if found else 'nothing'}, {newest} is needed",
            "run: flask db upgrade",
        )


JUMPED = """
SELECT moved_by, jumped_at, jumped_at + refrain.span, app_now() BETWEEN jumped_at - refrain.span AND jumped_at + refrain.span
FROM clock_state, (SELECT make_interval(secs => %s) AS span) refrain
WHERE jumped_from IS NOT NULL AND app_now() BETWEEN jumped_at - interval '1 day' AND jumped_at + interval '1 day'
"""


def clocks(context: Context) -> Findings:
    if context.link is None:
        return
    off = abs((context.rows("SELECT clock_timestamp()")[0][0] - datetime.now(UTC)).total_seconds())
    if off > MOST_APART:
        yield wrong(
            "clock",
            f"this machine and the database differ by {off:.0f} s",
            "switch on time synchronisation (NTP) on both",
        )
    elif jumped := context.rows(JUMPED, REFRAIN):
        moved, at, until, watched = jumped[0]
        said = f"{describe_jump(moved)} It was {at:%Y-%m-%d %H:%M:%S} UTC then; no post is tried a second time until {until:%H:%M:%S} UTC"
        remedy = "see that time synchronisation (NTP) is on at the database's machine, and that it does not sleep"
        yield (wrong if watched else note)("clock", said, remedy)
    else:
        yield ok("clock", "this machine and the database agree")


def extensions(context: Context) -> Findings:
    if context.link is None:
        return
    offered = {
        row[0]
        for row in context.rows(
            "SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", list(WANTED_EXTENSIONS)
        )
    }
    yield ok("extensions", f"offered by the server: {', '.join(sorted(offered)) or 'none'} (none is required)")


def redis_server(context: Context) -> Findings:
    settings = context.settings
    shown = settings.public_addresses["REDIS_URL"]
    began = time.monotonic()
    try:
        with redis.Redis.from_url(settings.redis_url, socket_connect_timeout=3, socket_timeout=3) as link:
            link.ping()
            policy = _policy(link)
    except redis.AuthenticationError:
        yield wrong("redis", f"{shown} refuses the password", "correct the password in REDIS_URL")
        return
    except (redis.RedisError, OSError) as error:
        remedy = (
            "start it with `make run`, or set REDIS_URL"
            if settings.embedded_redis
            else "start that server, or correct REDIS_URL"
        )
        yield wrong("redis", f"no answer from {shown} ({_first(error)}); work waits, none is lost", remedy)
        return
    if policy not in {"", "noeviction"}:
        yield note("redis", f"it may drop jobs when its memory is full ({policy})", "set maxmemory-policy noeviction")
    yield ok("redis", f"answers at {shown} in {(time.monotonic() - began) * 1000:.0f} ms")


def _policy(link: redis.Redis) -> str:
    """Managed servers often forbid CONFIG; then nothing is said."""
    try:
        found = link.config_get("maxmemory-policy")
        limit = link.config_get("maxmemory")
    except redis.RedisError:
        return ""
    return str(found.get("maxmemory-policy", "")) if limit.get("maxmemory") not in {"0", 0, None} else ""


def _first(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
