"""Our own public pages: the list, a post, Atom, JSON Feed, the pictures of public posts. No sign-in, nothing of the desk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from markupsafe import Markup, escape

from app.core import settings
from app.lib.errors import NotFound
from app.outbound.files import Files
from app.site import feeds, queries
from app.site.models import LocalPost
from app.web.auth import public, requires

bp = Blueprint("site", __name__, url_prefix="/site")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _fresh(
    mark: object, changed: datetime | None, make: Callable[[], Any], kind: str = "text/html; charset=utf-8"
) -> Response:
    """304 when the reader has it already; else what `make` makes, with ETag and Last-Modified."""
    response = make_response("")
    digest = hashlib.sha256(f"{mark}|{changed}|{_title()}|{request.full_path}".encode()).hexdigest()[:20]
    response.set_etag(digest, weak=True)
    response.last_modified = changed or EPOCH
    response.headers["Cache-Control"] = "public, no-cache"
    response.content_type = kind
    response.make_conditional(request)
    if response.status_code != 304:
        response.set_data(make())
    return response


def _title() -> str:
    title: str = settings.get("site.title")
    return title


def _absolute(path: str) -> str:
    return str(current_app.config["ENVIRONMENT"].url).rstrip("/") + path


@bp.errorhandler(NotFound)
def missing(error: NotFound) -> Response:
    """Readers get a page of the site, not of the desk."""
    return make_response(render_template("site/missing.html", message=error.message, site_title=_title()), 404)


def _mark(rows: Sequence[LocalPost]) -> str:
    """Tells these posts, as they stand, from any others: what is on the page decides, so that no count is needed and two
    posts stored in the same moment are not taken for one."""
    return " ".join(f"{post.id} {post.updated_at}" for post in rows)


@bp.get("")
@public
def index() -> Response:
    page = queries.POSTS.page(request.args)
    mark = f"{_mark(page.rows)} {page.previous} {page.next}"
    return _fresh(
        mark,
        queries.last_change(),
        lambda: render_template("site/index.html", page=page, site_title=_title(), body_of=queries.html),
    )


@bp.get("/feed.atom")
@public
def atom() -> Response:
    return _feed(feeds.atom, "application/atom+xml; charset=utf-8")


@bp.get("/feed.json")
@public
def json_feed() -> Response:
    return _feed(feeds.json_feed, "application/feed+json; charset=utf-8")


def _feed(write: Callable[[feeds.Feed, Sequence[feeds.Entry]], str | bytes], kind: str) -> Response:
    """The newest posts, written by one of the writers."""
    rows, changed = queries.newest(), queries.last_change()
    return _fresh(_mark(rows), changed, lambda: write(_channel(changed), [_entry(post) for post in rows]), kind)


@bp.get("/<key>")
@bp.get("/<key>/<slug>")
@public
def show(key: str, slug: str = "") -> Any:
    post = queries.by_key(key)
    if request.path != post.path:
        return redirect(post.path, 301)
    return _fresh(
        key,
        post.updated_at,
        lambda: render_template("site/show.html", post=post, site_title=_title(), body_of=queries.html),
    )


@bp.get("/sandbox/<key>")
@requires("viewer")
def sandbox(key: str) -> str:
    """What the sandbox stored: for the desk's own people only."""
    return render_template(
        "site/show.html", post=queries.by_key(key, "sandbox"), site_title="Sandbox", body_of=queries.html
    )


@bp.get("/media/<sha256>")
@public
def media(sha256: str) -> Response:
    """A picture of a public post; its bytes never change under this address."""
    use = queries.image(sha256)
    path = Files(current_app.config["ENVIRONMENT"].files).path(use["sha256"])
    if not path.is_file():
        raise NotFound("The file of this picture is missing.")
    response = send_file(path, mimetype=use.get("mime") or "application/octet-stream", etag=sha256, max_age=31_536_000)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _channel(changed: datetime | None) -> feeds.Feed:
    return feeds.Feed(
        _title(),
        _absolute(url_for(".index")),
        _absolute(url_for(".atom")),
        _absolute(url_for(".json_feed")),
        changed or EPOCH,
    )


def _entry(post: LocalPost) -> feeds.Entry:
    pictures = [(_absolute(url_for(".media", sha256=m["sha256"])), m) for m in post.media]
    figures = Markup("").join(
        Markup('<p><img src="{}" alt="{}"></p>').format(url, m.get("alt") or "") for url, m in pictures
    )
    return feeds.Entry(
        id=f"urn:pressroom:{post.key}", url=_absolute(post.path), title=post.title, html=str(escape(queries.html(post)) + figures),
        published=post.published_at, updated=max(post.updated_at, post.published_at), language=post.language, author=post.account_name,
        image=pictures[0][0] if pictures else "", images=[(url, m.get("mime") or "image/jpeg") for url, m in pictures],
    )  # fmt: skip
