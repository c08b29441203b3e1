"""Holds: what is stopped and why, the emergency hold of everything, release with a reason."""

from __future__ import annotations

import uuid
from functools import partial

from flask import Response, request, url_for

from app.lib.errors import Conflict
from app.publishing.actions.holds import hold_everything, release_by_id
from app.publishing.forms import HoldForm, ReleaseForm
from app.publishing.models import PublishHold
from app.publishing.queries import holds as queries
from app.publishing.views.blueprint import bp
from app.web.auth import requires
from app.web.forms import submit
from app.web.pages import render


def _page(form: HoldForm) -> Response:
    return render(
        "publishing/holds.html", form=form, rows=queries.open_holds(), past=queries.past_holds(), emergency=queries.emergency(),
        asking=bool(form.errors) or "stop" in request.args,
    )  # fmt: skip


@bp.get("/holds")
@requires("viewer")
def holds() -> Response:
    return _page(HoldForm())


@bp.post("/holds")
@requires("operator")
def hold() -> Response:
    form = HoldForm()
    return submit(
        form, lambda f: hold_everything(f.note.data), again=lambda: _page(form), then=url_for(".holds"),
        toast="Everything is on hold. Nothing new goes out until it is released.",
    )  # fmt: skip


@bp.route("/holds/<uuid:hold_id>/release", methods=["GET", "POST"])
@requires("operator")
def release(hold_id: uuid.UUID) -> Response:
    found, form = queries.by_id(hold_id), ReleaseForm()
    page = partial(render, "publishing/release.html", form=form, hold=found, back=_back(found))
    if not form.is_submitted():
        return page()
    return submit(
        form, lambda f: _release(found, f), again=page, then=_back(found), toast="Released. What is due goes out again."
    )


def _release(found: PublishHold, form: ReleaseForm) -> None:
    if found.released_at is not None:
        raise Conflict("This hold was released already.")
    release_by_id(found.id, form.note.data or "")


def _back(found: PublishHold) -> str:
    return url_for(".record", record_id=found.scope_id) if found.scope == "record" else url_for(".holds")
