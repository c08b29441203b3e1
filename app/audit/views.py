"""The audit log: list, file, entry."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from app.audit.queries import LISTING, entries_of_trace, entry, health, timeline_row
from app.audit.queries.entries import entry_key
from app.audit.queries.seals import seal_covering
from app.audit.words import current, noun, sentence
from app.web.auth import requires
from app.web.csv_export import csv_response
from app.web.pages import render

bp = Blueprint("audit", __name__)

COLUMNS = {
    "time": lambda e: e.occurred_at, "actor_type": lambda e: e.actor_type, "actor": lambda e: e.actor_name, "actor_id": lambda e: e.actor_id,
    "action": lambda e: e.action, "entity_type": lambda e: e.entity_type, "entity_id": lambda e: e.entity_id, "entity": lambda e: e.entity_label,
    "severity": lambda e: e.severity, "success": lambda e: "yes" if e.success else "no", "error": lambda e: e.error_message,
    "note": lambda e: e.output_summary, "changes": lambda e: json.dumps(e.changes, ensure_ascii=False) if e.changes else "",
    "ip": lambda e: e.ip_address, "trace_id": lambda e: e.trace_id, "id": lambda e: e.id,
}  # fmt: skip


def _arguments() -> MultiDict[str, str]:
    """Of the address; an action by the name of today, as the menu has it."""
    given = request.args.copy()
    if "action" in given:
        given["action"] = current(given["action"])
    return given


@bp.get("/audit")
@requires("admin")
def index() -> Response:
    """Everything that was done, newest first."""
    page = LISTING.page(_arguments())
    return render(
        "audit/index.html",
        region="results",
        page=page,
        alarms=health(),
        entry_key=entry_key,
        sentence=sentence,
        noun=noun,
        timeline_row=timeline_row,
    )


@bp.get("/audit.csv")
@requires("admin")
def export() -> Response:
    """The same rows as a file."""
    return csv_response(LISTING, _arguments(), COLUMNS, "audit")


@bp.get("/audit/<key>")
@requires("admin")
def show(key: str) -> Response:
    """One entry with all it knows, and what else happened under its trace id."""
    found = entry(key)
    others = [timeline_row(other) for other in entries_of_trace(found)]
    return render(
        "audit/entry.html",
        entry=found,
        row=timeline_row(found),
        others=others,
        noun=noun,
        seal=seal_covering(found.occurred_at),
    )
