"""The list of content."""

from __future__ import annotations

from flask import Response, request
from flask_login import current_user

from app.campaigns import queries as campaigns
from app.content import queries
from app.content.views.blueprint import bp
from app.web.auth import requires
from app.web.csv_export import csv_response
from app.web.pages import render


@bp.get("")
@requires("viewer")
def index() -> Response:
    args = queries.expand_view(request.args, current_user.id)
    page = queries.listing(args).page(args)
    return render(
        "content/index.html",
        region="results",
        page=page,
        views=[(key, text, None, "") for key, text in queries.VIEWS],
        campaigns=dict(campaigns.choices(args.get("campaign"))),
        unsaved=queries.drafts_of(current_user.id),
    )


@bp.get("/export.csv")
@requires("viewer")
def export() -> Response:
    args = queries.expand_view(request.args, current_user.id)
    return csv_response(queries.listing(args), args, queries.COLUMNS, "content")
