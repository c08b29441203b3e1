"""The only place that commits (docs/architecture.md, "The two edges that commit").

request_transaction()  a web request        committed below 400, rolled back otherwise
transaction()          one step of a job    own app context, session and transaction
autonomous()           the second one       own small pool, committed whatever the request answers
read_only()            a read-only session  for streams
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app

from app.core import connection_watch, queue
from app.core.db import db

P = ParamSpec("P")
T = TypeVar("T")

_open: ContextVar[str | None] = ContextVar("open_transaction", default=None)


def outbound_allowed() -> bool:
    """Whether a call may go out now: not while a transaction is open."""
    return _open.get() is None


@contextmanager
def _no_outbound(kind: str) -> Iterator[None]:
    if _open.get() not in (None, "outside"):
        raise RuntimeError(f"a {kind} inside a {_open.get()}: transactions do not nest")
    token = _open.set(kind)
    try:
        yield
    finally:
        _open.reset(token)


class RequestTransaction:
    """Whether the request's work is to be committed; the edge decides by the answer's status."""

    commit = False


@contextmanager
def request_transaction() -> Iterator[RequestTransaction]:
    """The transaction of one web request, on the session of the current app context."""
    held = RequestTransaction()
    with _no_outbound("request transaction"):
        try:
            yield held
            requests = _finish(held.commit)
        except BaseException:
            _finish(commit=False)
            raise
    queue.send(requests)


def transaction(action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `action` in a transaction of its own, commit it, send the jobs it asked for, return its result.

    Raises whatever the action raises, after a rollback; RuntimeError inside another transaction.
    """
    with _app().app_context(), _no_outbound("transaction"):
        try:
            result = action(*args, **kwargs)
            requests = _finish(commit=True)
        except BaseException:
            _finish(commit=False)
            raise
    queue.send(requests)
    return result


def autonomous(action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Commit `action` on its own connection, whatever becomes of the request.

    For failed sign-ins, refused access, nonces and touches only: it must not write rows that the request has written
    (`lock_timeout` of 1 s turns such a mistake into an error instead of a dead end).
    """
    app = _app()
    outer = _open.set("autonomous transaction")
    try:
        with app.app_context():
            db.session().info["engine"] = _autonomous_engine(app)
            try:
                result = action(*args, **kwargs)
                requests = _finish(commit=True)
            except BaseException:
                _finish(commit=False)
                raise
    finally:
        _open.reset(outer)
    queue.send(requests)
    return result


@contextmanager
def read_only() -> Iterator[None]:
    """A read-only session in an app context of its own, for answers that are streamed after the request's end.

    All of it reads one moment: two statements of a check must not see what was committed between them.
    """
    with _app().app_context():
        db.session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        try:
            yield
        finally:
            db.session.rollback()


def _finish(commit: bool) -> list[queue.JobRequest]:
    session = db.session()
    if commit:
        session.commit()
    else:
        session.rollback()
    requests: list[queue.JobRequest] = session.info.pop("job_requests", [])
    return requests if commit else []


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def _autonomous_engine(app: Flask) -> sa.Engine:
    engine: sa.Engine | None = app.extensions.get("autonomous_engine")
    if engine is None:
        arguments: dict[str, Any] = dict(app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"])
        arguments["options"] = arguments.get("options", "") + " -c lock_timeout=1000"
        engine = app.extensions["autonomous_engine"] = sa.create_engine(
            app.config["SQLALCHEMY_DATABASE_URI"],
            pool_size=2,
            max_overflow=2,
            pool_timeout=3,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=arguments,
        )
        if "connection_watch" in app.extensions:
            connection_watch.watch(engine, app.extensions["connection_watch"])
    return engine


def owner_engine(app: Flask) -> sa.Engine:
    """For migrations: as the owner of the tables, without a pool. The app's own engine where there is one role."""
    url = app.config["ENVIRONMENT"].owner_url
    if not url or url == app.config["SQLALCHEMY_DATABASE_URI"]:
        return db.engine
    arguments = app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    return sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=arguments, hide_parameters=True)
