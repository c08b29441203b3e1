"""The counts of the side bar, polled every 20 s: one small answer with an ETag, 304 while nothing has changed."""

from __future__ import annotations

import hashlib
import time
import uuid

from flask import Response, current_app, make_response, render_template, request
from flask_login import current_user

from app.home.queries import counts as count_queries
from app.home.views.blueprint import bp
from app.web.auth import requires
from app.web.view_marks import poll

FRESH_FOR = 5.0  # seconds a page may draw counts that this process has asked for; the poll asks anew
_recent: dict[uuid.UUID | None, tuple[float, dict[str, int]]] = {}


def counts() -> dict[str, int]:
    """What the side bar says to the person at the browser; nothing where the page tells of a fault and cannot ask."""
    if not current_user.is_authenticated:
        return {}
    found = count_queries.badges_if_possible(current_user)
    return found._asdict() if found else {}


def recent_counts() -> dict[str, int]:
    """The counts for a page: those of a moment ago, unless something was sent to this process since."""
    who: uuid.UUID | None = getattr(current_user, "id", None)
    at, found = _recent.get(who, (0.0, {}))
    if current_app.testing or time.monotonic() - at > FRESH_FOR:
        found = counts()
        _recent[who] = (time.monotonic(), found)
    return found


def forget_counts(response: Response) -> Response:
    """Whatever was sent may have changed what is counted."""
    if request.method == "POST":
        _recent.clear()
    return response


bp.record_once(lambda state: state.app.extensions.update(badges=recent_counts))
bp.after_app_request(forget_counts)


@bp.get("/badges")
@requires("viewer")
@poll
def badges() -> Response:
    found = counts()
    mark = hashlib.sha256(repr((current_user.id, sorted(found.items()))).encode()).hexdigest()[:16]
    if request.if_none_match.contains(mark):
        response = make_response("", 304)
    else:
        response = make_response(render_template("home/_badges.html", counts=found))
    response.set_etag(mark)
    response.vary.add("Cookie")
    return response
