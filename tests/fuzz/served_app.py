"""A desk of its own for a long run: real PostgreSQL and Valkey in a folder, migrated, filled, answering as in production."""

from __future__ import annotations

import contextvars
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from app.environment import Environment
from app.factory import Pressroom, create_app
from tests.fuzz import desk


class Browser(FlaskClient):
    """Each request in a context of its own, as a server has it."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["buffered"] = True
        return contextvars.Context().run(super().open, *args, **kwargs)


def made(settings: Environment) -> Pressroom:
    """The app as production has it: faults become pages, forms need their token; one proxy in front."""
    app = create_app(replace(settings, proxies=1))
    app.test_client_class = Browser
    return app


@contextmanager
def running(folder: Path) -> Iterator[Pressroom]:
    from flask_migrate import upgrade

    from app.runtime.postgres import Postgres
    from app.runtime.valkey import Valkey

    os.chmod(folder, 0o755)
    postgres, valkey = Postgres(folder / "pg", durable=False), Valkey(folder / "valkey", durable=False)
    try:
        settings = Environment(
            data=folder, database_url=postgres.start(), redis_url=valkey.start(), secret_key=desk.CANARY + "-of-the-cookies-0123456789",
            keys=(("fuzz", bytes(range(32))),), url="http://localhost", allow_hosts=(), files_url=(folder / "files").as_uri(),
        )  # fmt: skip
        app = made(settings)
        with app.app_context():
            upgrade()
            desk.fill(app)
            yield app
    finally:
        valkey.stop()
        postgres.stop()
