"""The list of records: saved views, filters, CSV, bulk actions."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from htmx_flask import request

from app.accounts import queries as account_queries
from app.campaigns import queries as campaigns
from app.core.listing import Page
from app.lib import clock
from app.lib.errors import Invalid, NotFound
from app.publishing.actions import bulk as many
from app.publishing.actions.replay import replay_by_cause
from app.publishing.pages import badges
from app.publishing.queries import records as record_list
from app.publishing.queries.holds import emergency
from app.publishing.views.blueprint import bp
from app.publishing.views.rows import cells
from app.web import labels
from app.web.auth import requires
from app.web.csv_export import csv_response
from app.web.pages import back_to, render, wants_fragment

TONES = {"needs-action": "bad"}


@bp.get("/records")
@requires("viewer")
def records() -> Response:
    page = record_list.RECORDS.page(request.args)
    holds = record_list.holds_over(row.id for row in page.rows)
    held = badges.held_ids(holds, page.rows)
    return render(
        "publishing/records.html", region="results", page=page, rows=cells(page.rows, held, clock.now()), chips=_chips(page), views=_views(page),
        stopped=emergency() if ("all", "") in holds else None,
    )  # fmt: skip


def _views(page: Page) -> list[tuple[str, str, str, str]]:
    if wants_fragment() and request.htmx.target == "results":
        return []  # the tabs stay as they are
    counted = record_list.counts()
    words = {"": "All", **{key: word for key, (word, _) in record_list.VIEWS.items()}}
    return [(key, word, _count_text(counted[key]), TONES.get(key, "")) for key, word in words.items()]


def _count_text(count: int) -> str:
    if not count:
        return ""
    return f"{record_list.CAP:,}+" if count > record_list.CAP else f"{count:,}"


def _chips(page: Page) -> list[tuple[str, str]]:
    """(parameter, words) of the active filters that have no menu."""
    finders: dict[str, Any] = {
        "account": lambda key: f"Account: {account_queries.by_id(key).account_name}",
        "campaign": lambda key: f"Campaign: {campaigns.by_id(key).name}",
        "content": lambda key: "One content item",
        "job": lambda key: f"Job: job_{badges.short_id(key)}",
    }
    found = []
    for name, words in finders.items():
        if page.args.get(name):
            try:
                found.append((name, words(page.args[name])))
            except (NotFound, ValueError):
                found.append((name, f"{labels.plain(name)}: gone"))
    return found


@bp.get("/records.csv")
@requires("viewer")
def records_csv() -> Response:
    return csv_response(record_list.RECORDS, request.args, record_list.COLUMNS, "publish-records")


@bp.post("/records/bulk")
@requires("operator")
def bulk() -> Response:
    back = url_for(
        ".records", **{k: v for k, v in request.args.items() if k in record_list.FILTERS or k in ("q", "sort")}
    )
    try:
        toast = many.apply(request.form.getlist("id"), request.form.get("verb", ""))
    except Invalid as why:
        toast = why.errors.get("", "Nothing was done.")
    return back_to(back, toast)


@bp.post("/records/replay-by-cause")
@requires("operator")
def replay_all() -> Response:
    cause = request.form.get("error", "")
    account = request.form.get("account") or None
    key = account_queries.by_id(account).id if account else None
    done, left = replay_by_cause(cause, request.form.get("platform") or None, key)
    rest = (
        f" {left} left out: they may be out already, or their content is no longer approved; look at each."
        if left
        else ""
    )
    word = labels.error_type(cause).word
    return back_to(url_for(".records", view="in-progress"), f"{done} queued again ({word}).{rest}")
