"""Putting items away and taking them out again, one by one or many at once."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, request, url_for

from app.content import actions, queries
from app.content.views.blueprint import bp
from app.core.ids import parse_id
from app.lib.errors import Conflict
from app.web.auth import requires
from app.web.forms import Form, submit
from app.web.pages import back_to


@bp.post("/<uuid:item_id>/archive")
@requires("editor")
def archive(item_id: uuid.UUID) -> Response:
    item, here = queries.by_id(item_id), url_for("content.show", item_id=item_id)
    undo = url_for("content.restore", item_id=item_id)
    return submit(
        Form(), lambda _: actions.archive(item), lambda: back_to(here), then=here, toast="Archived", undo=undo
    )


@bp.post("/<uuid:item_id>/restore")
@requires("editor")
def restore(item_id: uuid.UUID) -> Response:
    item, here = queries.by_id(item_id), url_for("content.show", item_id=item_id)
    return submit(Form(), lambda _: actions.restore(item), lambda: back_to(here), then=here, toast="Restored")


VERBS = {"archive": (actions.archive, "Archived"), "restore": (actions.restore, "Restored")}


@bp.post("/bulk")
@requires("editor")
def bulk() -> Response:
    """What can be moved is moved; what cannot stays and is counted."""
    filters: dict[str, Any] = {k: v for k, v in request.args.items() if k in ("q", "sort", "view", *queries.FILTERS)}
    back = url_for("content.index", **filters)
    verb, word = VERBS.get(request.form.get("verb", ""), (None, ""))
    ids = list(filter(None, map(parse_id, request.form.getlist("id"))))[:200]
    if verb is None or not ids:
        return back_to(back, "Tick the items first, then choose what to do with them.")
    done, why = 0, ""
    for item in queries.by_ids(ids):
        try:
            verb(item)
            done += 1
        except Conflict as refused:
            why = refused.message
    left = len(ids) - done
    return back_to(back, f"{word} {done}." + (f" {left} stayed: {why}" if left else ""))
