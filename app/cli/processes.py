"""What the supervisor's processes run. Importing this imports the whole application, once, before the forks."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

from sqlalchemy.exc import OperationalError

from app.environment import Environment
from app.factory import Pressroom, create_app
from app.runtime.launch import set_parent_death_signal_in_forks
from app.runtime.services import Targets
from app.worker.clock import run_clock
from app.worker.run import run_worker


def load_targets(settings: Environment) -> Targets:
    """What the processes of this desk run. Building the app once here loads every room."""
    importlib.import_module("app.runtime.request_buffering.worker")
    create_app(settings, role="job")
    return Targets(
        prepare=partial(prepare, settings),
        web=partial(web, settings),
        worker=partial(run_one_worker, settings),
        clock=partial(run_clock, settings),
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
            reason = str(error.orig).strip().splitlines()[0]
            raise SystemExit(
                f"{settings.public_addresses['DATABASE_URL']}: {reason}\nCorrect DATABASE_URL; `flask doctor` says more."
            ) from None
        from app.cli.first_people import make_first_people

        return make_first_people()


def demo(settings: Environment) -> None:
    app = create_app(settings, role="job")
    with app.app_context():
        from app.cli.demo.fill import fill

        fill()


def run_one_worker(settings: Environment, queue: str) -> None:
    set_parent_death_signal_in_forks()  # a job that runs in a fork of its own
    run_worker(queue, settings)


def web(settings: Environment, listener: int) -> None:
    """gunicorn on the supervisor's listening socket."""
    from gunicorn.app.base import BaseApplication

    from app.runtime import gunicorn_conf

    class Web(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in vars(gunicorn_conf).items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)
            self.cfg.set("bind", f"fd://{listener}")

        def load(self) -> Pressroom:
            return create_app(settings)

    Web().run()
