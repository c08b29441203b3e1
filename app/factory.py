"""Puts the house together."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_migrate import Migrate
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, reactions, rooms
from app.accounts.doors import DOORS
from app.core import crypto, db, deadline, queue, work
from app.ground import logs, redact
from app.schedule import SCHEDULE
from app.settings import Settings
from app.web import addresses, auth, errors, health, hosts, late, limits, look, security
from app.web.request import Request

SAFE = ("GET", "HEAD", "OPTIONS")


class House(Flask):
    """A request is one unit of work: kept below 400, dropped otherwise; a GET writes nothing unless it says so."""

    def dispatch_request(self) -> ResponseReturnValue:
        view = self.view_functions.get(request.endpoint or "")
        if getattr(view, "calls_out", False):
            deadline.lift()  # what others answer late must still be written down; calls end by their own limits
            return super().dispatch_request()
        if view is None or request.endpoint == "static":
            return super().dispatch_request()
        keeps = request.method not in SAFE or getattr(view, "writes", False)
        with work.unit() as unit:
            response: Response = self.make_response(super().dispatch_request())
            unit.keep = keeps and response.status_code < 400
            return response


def create_app(settings: Settings | None = None, role: str = "web", **overrides: Any) -> House:
    """The app for one process. `role`: "web", "publish" or "job" (pool, time-outs, plans); `overrides` go into Flask's config."""
    logs.install()
    settings = settings or Settings.from_env()
    app = House("app", static_folder="../static", template_folder="../templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=db.engine_options(role),
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        SETTINGS=settings,
        ROLE=role,
    )
    app.config.update(overrides)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies)  # type: ignore[method-assign]
    app.extensions["schedule"] = SCHEDULE
    Htmx(app)
    app.request_class = Request
    db.init_app(app)
    Migrate(app, db.db, directory=str(rooms.MIGRATIONS), compare_type=True)
    crypto.init_app(app, settings.keys)
    redact.remember(settings.secrets)
    queue.init_app(app, settings.redis_url, reactions.REACTIONS)
    hosts.init_app(app, settings.url, settings.bind, settings.hosts)
    late.init_app(app)
    app.before_request(security.refuse_nul)  # the order of these is the order of the questions that a request is asked
    auth.init_app(app, DOORS)
    limits.init_app(app)
    security.init_app(app, settings.cookie_secure)
    errors.init_app(app)
    look.init_app(app, rooms.NAV)
    health.init_app(app)
    rooms.init_app(app)
    cli.init_app(app)
    addresses.init_app(app)
    return app
