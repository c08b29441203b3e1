"""A request is one unit: kept below 400, dropped otherwise; a GET writes nothing; refusals are words, not traces."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Blueprint, make_response

from app.core.db import db
from app.core.settings import SystemConfig
from app.factory import create_app
from app.lib.errors import Conflict, Invalid
from app.web.auth import public
from app.web.view_marks import commits_on_get

bp = Blueprint("edge", __name__)


def put(status: int):
    db.session.add(SystemConfig(key="edge", value=1))
    db.session.flush()
    return make_response("", status)


@bp.post("/edge/<int:status>")
@public
def post(status):
    return put(status)


@bp.get("/edge/<int:status>")
@public
def get(status):
    return put(status)


@bp.get("/edge/writes")
@public
@commits_on_get
def writing_get():
    return put(200)


@bp.post("/edge/conflict")
@public
def conflict():
    put(200)
    raise Conflict("Mara was first.")


@bp.post("/edge/invalid")
@public
def invalid():
    raise Invalid({"title": "Give it a title."})


@bp.get("/edge/open")
def says_nothing():
    return "never seen"


@pytest.fixture
def client(app, settings):
    """A browser on a desk with one more room."""
    session_app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False)
    session_app.register_blueprint(bp)
    with session_app.app_context():
        yield session_app.test_client()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    ("method", "path", "kept"),
    [("post", "/edge/200", 1), ("post", "/edge/303", 1), ("post", "/edge/422", 0), ("post", "/edge/409", 0),
     ("get", "/edge/200", 0), ("get", "/edge/writes", 1), ("post", "/edge/conflict", 0)],
)  # fmt: skip
def test_what_is_kept(client, method, path, kept):
    getattr(client, method)(path)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SystemConfig)) == kept


def test_a_conflict_is_a_page_with_the_words_and_for_htmx_a_toast(client):
    page = client.post("/edge/conflict")
    assert page.status_code == 409 and b"Mara was first." in page.data
    part = client.post("/edge/conflict", headers={"HX-Request": "true"})
    assert part.status_code == 409 and part.data == b"" and "Mara was first." in part.headers["HX-Trigger"]


def test_a_view_that_names_no_role_lets_nobody_in(client):
    assert client.get("/edge/open").status_code == 404


def test_every_answer_carries_the_policy(client):
    answer = client.get("/healthz")
    assert (
        "script-src 'self'" in answer.headers["Content-Security-Policy"]
        and answer.headers["X-Content-Type-Options"] == "nosniff"
    )


def test_readyz_names_what_is_missing(app):
    browser = app.test_client()
    assert browser.get("/readyz").json == {"status": "ready", "reasons": []}
    bell = app.extensions["broker"]
    real = bell.pop("redis")
    try:
        answer = browser.get("/readyz")
    finally:
        bell["redis"] = real
    assert answer.status_code == 503 and "redis" in answer.json["reasons"][0]


def test_a_link_that_cannot_be_read_is_called_a_link(as_user):
    answer = as_user("viewer").get("/content?q=%00")
    assert answer.status_code == 400
    assert (
        "This link cannot be read" in answer.text
        and "form" not in answer.text.split("<main", 1)[1].split("</main", 1)[0]
    )
