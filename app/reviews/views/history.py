"""The list of all requests, open and settled, with its CSV."""

from __future__ import annotations

from flask import Response, request

from app.reviews import queries
from app.reviews.views.blueprint import bp
from app.web.auth import requires
from app.web.csv_export import csv_response
from app.web.pages import render

COLUMNS = {
    "Content": lambda r: r.title,
    "Version": lambda r: r.version,
    "Status": lambda r: r.ApprovalRequest.status,
    "Asked by": lambda r: r.asker,
    "Asked at": lambda r: r.ApprovalRequest.requested_at,
    "Due": lambda r: r.ApprovalRequest.due_at,
    "Decided by": lambda r: r.settler,
    "Decided at": lambda r: r.ApprovalRequest.settled_at,
    "Reason": lambda r: r.ApprovalRequest.rejection_reason,
    "Note": lambda r: r.ApprovalRequest.note,
    "SHA-256": lambda r: r.ApprovalRequest.content_hash,
    "Round": lambda r: r.ApprovalRequest.round,
}


@bp.get("/all")
@requires("viewer")
def history() -> Response:
    """Every request."""
    return render("reviews/index.html", region="results", page=queries.REQUESTS.page(request.args))


@bp.get("/all.csv")
@requires("viewer")
def export() -> Response:
    """The same rows as CSV."""
    return csv_response(queries.REQUESTS, request.args, COLUMNS, "reviews")
