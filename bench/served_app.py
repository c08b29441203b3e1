"""Servers and an app for a bench: a throw-away PostgreSQL and Valkey, a migrated database, a signed-in browser."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from flask_migrate import upgrade

from app.environment import Environment
from app.factory import Pressroom, create_app
from app.runtime.postgres import Postgres
from app.runtime.valkey import Valkey

PREFIX = "pressroom-bench-"


@contextmanager
def served_app(durable: bool = True, kept: Path | None = None) -> Iterator[tuple[Pressroom, Environment]]:
    """An app on servers of its own, durable as in production unless only reads are timed. Everything is gone afterwards, unless
    it is `kept` in a folder, to be used again."""
    with folder(kept) as data:
        postgres, valkey = Postgres(data, durable=durable), Valkey(data, durable=durable)
        try:
            postgres.start()
            valkey.start()
            settings = Environment.from_env({"PRESSROOM_DATA": str(data), "PRESSROOM_ALLOW_HOSTS": "127.0.0.0/8"})
            app = create_app(settings, WTF_CSRF_ENABLED=False)
            with app.app_context():
                upgrade()
                yield app, settings
        finally:
            valkey.stop()
            postgres.stop()


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """This one, or a new one for a while; PostgreSQL's own user may look in."""
    with ExitStack() as ending:
        made = kept or Path(
            ending.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True))
        )
        made.mkdir(parents=True, exist_ok=True)
        made.chmod(0o755)
        yield made


def cpu(call: Callable[[], object], runs: int = 60, warm: int = 10) -> float:
    """Median CPU milliseconds of this process for one call."""
    for _ in range(warm):
        call()
    spent = []
    for _ in range(runs):
        began = time.process_time()
        call()
        spent.append((time.process_time() - began) * 1000)
    return median(spent)


def wall(call: Callable[[], object], runs: int = 40, warm: int = 5) -> float:
    """Median milliseconds on the clock for one call, PostgreSQL's share included."""
    for _ in range(warm):
        call()
    spent = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        spent.append((time.perf_counter() - began) * 1000)
    return median(spent)
