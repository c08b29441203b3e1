"""The only place that commits (architecture.md, "Done once").

unit()     a web request        kept below 400, dropped otherwise
step()     one step of a job    own app context, session and transaction
aside()    the second one       own small pool, committed whatever the request answers
reading()  a read-only session  for streams
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app

from app.core import queue, reach
from app.core.db import db

P = ParamSpec("P")
T = TypeVar("T")

_open: ContextVar[str | None] = ContextVar("open_transaction", default=None)


def outbound_allowed() -> bool:
    """Whether the house may be left now: not while a unit or step holds a transaction open."""
    return _open.get() is None


@contextmanager
def _opened(kind: str) -> Iterator[None]:
    if _open.get() not in (None, "outside"):
        raise RuntimeError(f"a {kind} inside a {_open.get()}: transactions do not nest")
    token = _open.set(kind)
    try:
        yield
    finally:
        _open.reset(token)


class Unit:
    """Whether the request's work is to be kept; the edge decides by the answer's status."""

    keep = False


@contextmanager
def unit() -> Iterator[Unit]:
    """The transaction of one web request, on the session of the current app context."""
    held = Unit()
    with _opened("unit"):
        try:
            yield held
            bells = _finish(held.keep)
        except BaseException:
            _finish(keep=False)
            raise
    queue.flush(bells)


def step(action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `action` in a transaction of its own, commit it, ring its bells, return its result.

    Raises whatever the action raises, after a rollback; RuntimeError inside another unit or step.
    """
    with _app().app_context(), _opened("step"):
        try:
            result = action(*args, **kwargs)
            bells = _finish(keep=True)
        except BaseException:
            _finish(keep=False)
            raise
    queue.flush(bells)
    return result


def aside(action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Commit `action` on its own connection, whatever becomes of the request.

    For failed sign-ins, refused access, nonces and touches only: it must not write rows the unit has written
    (`lock_timeout` of 1 s turns such a mistake into an error instead of a dead end).
    """
    app = _app()
    outer = _open.set("aside")
    try:
        with app.app_context():
            db.session().info["engine"] = _aside_engine(app)
            try:
                result = action(*args, **kwargs)
                bells = _finish(keep=True)
            except BaseException:
                _finish(keep=False)
                raise
    finally:
        _open.reset(outer)
    queue.flush(bells)
    return result


@contextmanager
def reading() -> Iterator[None]:
    """A read-only session in an app context of its own, for answers that are streamed after the request's end.

    All of it reads one moment: two statements of a check must not see what was committed between them.
    """
    with _app().app_context():
        db.session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        try:
            yield
        finally:
            db.session.rollback()


def _finish(keep: bool) -> list[queue.Bell]:
    session = db.session()
    if keep:
        session.commit()
    else:
        session.rollback()
    bells: list[queue.Bell] = session.info.pop("bells", [])
    return bells if keep else []


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def _aside_engine(app: Flask) -> sa.Engine:
    engine: sa.Engine | None = app.extensions.get("aside_engine")
    if engine is None:
        arguments: dict[str, Any] = dict(app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"])
        arguments["options"] = arguments.get("options", "") + " -c lock_timeout=1000"
        engine = app.extensions["aside_engine"] = sa.create_engine(
            app.config["SQLALCHEMY_DATABASE_URI"],
            pool_size=2,
            max_overflow=2,
            pool_timeout=3,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=arguments,
        )
        if "reach" in app.extensions:
            reach.watch(engine, app.extensions["reach"])
    return engine


def owner_engine(app: Flask) -> sa.Engine:
    """For migrations: as the owner of the tables, without a pool. The app's own engine where there is one role."""
    url = app.config["SETTINGS"].owner_url
    if not url or url == app.config["SQLALCHEMY_DATABASE_URI"]:
        return db.engine
    arguments = app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    return sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=arguments, hide_parameters=True)
