"""Puts the app together."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_migrate import Migrate
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

from app import reactions, rooms
from app.core import crypto, db, deadline, queue, transactions
from app.environment import Environment
from app.lib import logs, redact
from app.schedule import SCHEDULE
from app.staff.auth_hooks import AUTH_HOOKS
from app.web import auth, body_limits, errors, health, hosts, secret_links, security, template_globals, timeouts
from app.web.request import Request

SAFE = ("GET", "HEAD", "OPTIONS")


class Pressroom(Flask):
    """A request is one transaction: committed below 400, rolled back otherwise; a GET writes nothing unless it says so."""

    def dispatch_request(self) -> ResponseReturnValue:
        view = self.view_functions.get(request.endpoint or "")
        if getattr(view, "no_transaction", False):
            deadline.clear()  # what others answer late must still be written down; calls end by their own limits
            return super().dispatch_request()
        if view is None or request.endpoint == "static":
            return super().dispatch_request()
        commits = request.method not in SAFE or getattr(view, "commits_on_get", False)
        with transactions.request_transaction() as held:
            response: Response = self.make_response(super().dispatch_request())
            held.commit = commits and response.status_code < 400
            return response


def create_app(settings: Environment | None = None, role: str = "web", **overrides: Any) -> Pressroom:
    """The app for one process. `role`: "web", "publish" or "job" (pool, time-outs, plans); `overrides` go into Flask's config."""
    logs.install()
    settings = settings or Environment.from_env()
    app = Pressroom("app", static_folder="../static", template_folder="../templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=db.engine_options(role),
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        ENVIRONMENT=settings,
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
    timeouts.init_app(app)
    app.before_request(security.refuse_nul)  # the order of these is the order of the questions that a request is asked
    auth.init_app(app, AUTH_HOOKS)
    body_limits.init_app(app)
    security.init_app(app, settings.cookie_secure)
    errors.init_app(app)
    template_globals.init_app(app, rooms.NAV)
    health.init_app(app)
    rooms.init_app(app)
    secret_links.init_app(app)
    return app
