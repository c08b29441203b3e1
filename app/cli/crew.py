"""What the supervisor's processes do. Importing this imports the whole application, once, before the forks."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

from sqlalchemy.exc import OperationalError

from app import worker
from app.environment import Environment
from app.factory import Pressroom, create_app
from app.runtime.crew import Work
from app.runtime.launch import die_with_parent_when_forked


def hire(settings: Environment) -> Work:
    """The work of this desk. Building the app once here loads every room."""
    importlib.import_module("app.runtime.waiting")
    create_app(settings, role="job")
    return Work(
        prepare=partial(prepare, settings),
        web=partial(web, settings),
        worker=partial(work_through, settings),
        clock=partial(worker.run_clock, settings),
        demo=partial(demo, settings),
    )


def prepare(settings: Environment) -> list[dict[str, Any]]:
    """Migrates; makes the first people of an empty desk. Out: people as dicts of role, email, password (None: as before)."""
    from flask_migrate import upgrade

    app = create_app(settings, role="job")
    with app.app_context():
        try:
            upgrade()
        except OperationalError as error:
            words = str(error.orig).strip().splitlines()[0]
            raise SystemExit(
                f"{settings.shown['DATABASE_URL']}: {words}\nCorrect DATABASE_URL; `flask doctor` says more."
            ) from None
        from app.cli.people import first_people

        return first_people()


def demo(settings: Environment) -> None:
    app = create_app(settings, role="job")
    with app.app_context():
        from app.cli.demo import fill

        fill()


def work_through(settings: Environment, queue: str) -> None:
    die_with_parent_when_forked()  # a job that runs in a fork of its own
    worker.run_worker(queue, settings)


def web(settings: Environment, door: int) -> None:
    """gunicorn on the supervisor's listening socket."""
    from gunicorn.app.base import BaseApplication

    from app.runtime import gunicorn_conf

    class Web(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in vars(gunicorn_conf).items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)
            self.cfg.set("bind", f"fd://{door}")

        def load(self) -> Pressroom:
            return create_app(settings)

    Web().run()
