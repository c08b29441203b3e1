"""The database handle, the base of every table, and our SQL functions."""

from __future__ import annotations

import os
import time
import uuid
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm import registry as orm_registry

from app.core import connection_watch, deadline
from app.core.ids import parse_id, uuid7

NAMES = {
    "ix": "idx_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "%(table_name)s_pkey",
}


TYPES: dict[Any, Any] = {
    datetime: sa.DateTime(timezone=True),
    str: sa.Text(),
    uuid.UUID: sa.Uuid(),
    dict[str, Any]: JSONB(),
    list[Any]: JSONB(),
    list[str]: ARRAY(sa.Text()),
}


Table = TypeVar("Table")


class Base(DeclarativeBase):
    """Maps Python types to columns the same way everywhere."""

    registry = orm_registry(metadata=sa.MetaData(naming_convention=NAMES), type_annotation_map=TYPES)


class Session(FlaskSession):
    """A session that `transactions.autonomous` may point at its own small pool through `info["engine"]`."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Any:
        engine = self.info.get("engine")
        return engine if engine is not None else super().get_bind(mapper, clause, bind, **kwargs)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": Session})


def find_row(table: type[Table], key: object) -> Table | None:
    """The row of that id, of the session or the database; None also for what is no id."""
    row_id = parse_id(key)
    return db.session.get(table, row_id) if row_id is not None else None


def app_now() -> sa.Function[datetime]:
    """The database's clock with the test offset: `app_now()` is STABLE, so an index can be used beside it."""
    return sa.func.app_now(type_=sa.DateTime(timezone=True))


def database_now() -> datetime:
    """The time of the database: a web server's clock may be wrong, and the moments in the rows must agree with each other."""
    moment: datetime = db.session.execute(sa.select(app_now())).scalar_one()
    return moment


def now_once() -> sa.ScalarSelect[datetime]:
    """`app_now()` asked once a statement. Against thousands of rows the function costs more than the rows: it reads the clock,
    so PostgreSQL calls it for each. Not for the bound of an index: the planner cannot guess how many rows it leaves."""
    return sa.select(app_now()).scalar_subquery()


class Row(db.Model):  # type: ignore[name-defined,misc]
    """A table with a UUIDv7 key and two times; `updated_at` is kept by the trigger `update_updated_at_column()`."""

    __abstract__ = True

    id: Mapped[uuid.UUID] = mapped_column(
        primary_key=True, default=uuid7, server_default=sa.text("gen_random_uuid()"), sort_order=-3
    )
    created_at: Mapped[datetime] = mapped_column(server_default=sa.text("now()"), sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.text("now()"), sort_order=91)


# A wire that died without a word (a dropped route, a host that is gone) is noticed by the kernel; libpq's names, for TCP only.
WEB_WIRE = {
    "connect_timeout": connection_watch.CONNECTS_WITHIN,
    "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2, "tcp_user_timeout": 5000,
}  # fmt: skip
JOB_WIRE = {
    "connect_timeout": 5,
    "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000,
}  # fmt: skip


def engine_options(role: str) -> dict[str, Any]:
    """Pool and time-outs: 15 s a statement for the web, 60 s for jobs.

    A worker of `publish` runs few statements, each for every record, and none whose best plan depends on what is asked. For
    long ones PostgreSQL would plan anew every time, and the plan of a claim is dearer than the claim: theirs are kept.
    """
    timeout = 15_000 if role == "web" else 60_000
    # a worker that is stopped (SIGSTOP, a paused machine) must not keep row locks from the sweeper
    idle = 120_000 if role == "web" else 15_000
    # jit: compiling a plan takes longer than running it, and costs that are guessed too high set it off
    # no parallel workers: a page takes one processor, and starting two costs more than they save
    # random_page_cost: 4 is of turning disks; with it a count of 251 open rows reads the table up to where they begin
    settings = f"-c statement_timeout={timeout} -c idle_in_transaction_session_timeout={idle}"
    arguments: dict[str, Any] = {
        "options": f"{settings} -c timezone=UTC -c jit=off -c random_page_cost=1.1 -c max_parallel_workers_per_gather=0",
        "application_name": f"pressroom-{role}",
    }
    if role == "publish":
        arguments |= {
            "options": f"{arguments['options']} -c plan_cache_mode=force_generic_plan",
            "prepare_threshold": 0,
        }
    return {
        "pool_use_lifo": role == "publish",  # few connections, whose plans are made
        "hide_parameters": True,  # what people wrote, and hashes, do not belong into a log
        "pool_size": 10,
        "max_overflow": 5 if role == "web" else 10,
        "pool_timeout": 3 if role == "web" else 30,
        "pool_pre_ping": role == "web",  # jobs: see _ping_the_idle
        "connect_args": arguments | (WEB_WIRE if role == "web" else JOB_WIRE),
    }


def init_app(app: Flask) -> None:
    """Bind the database to the app; a forked child drops the parent's connections without closing them."""
    db.init_app(app)
    with app.app_context():
        if app.config["ROLE"] == "web":
            app.extensions["connection_watch"] = connection_watch.ConnectionWatch()
            connection_watch.watch(db.engine, app.extensions["connection_watch"])
            deadline.watch(db.engine)
        else:
            _ping_the_idle(db.engine)

    def forget() -> None:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose(close=False)
            autonomous = app.extensions.pop("autonomous_engine", None)
            if autonomous is not None:
                autonomous.dispose(close=False)

    os.register_at_fork(after_in_child=forget)


IDLE = 2.0


def _ping_the_idle(engine: sa.Engine) -> None:
    """Jobs check a connection only when it has lain idle: a delivery makes four checkouts in a few milliseconds."""

    @sa.event.listens_for(engine, "checkin")
    def mark_use(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def check(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used", 0.0) > IDLE:
            try:
                connection.execute("SELECT 1")
                connection.rollback()
            except Exception:
                raise sa.exc.DisconnectionError from None
