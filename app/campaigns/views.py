"""Pages of campaigns: list, one campaign, create, edit, and its moves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from app.audit import queries as audit
from app.campaigns import actions, queries
from app.campaigns.actions.late import Late
from app.campaigns.forms import CampaignForm, MoveForm, ResumeForm, moment
from app.campaigns.models import Campaign
from app.lib.storable import whole
from app.web.auth import requires
from app.web.csv_export import csv_response
from app.web.forms import Form, submit
from app.web.pages import render
from app.web.template_globals import local, zone

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")


def _started(campaign: Campaign) -> str:
    if campaign.status != "active":
        return f"Started. {LATE}"
    left = queries.planned_only(campaign.id)
    posts = "1 approved post is" if left == 1 else f"{left} approved posts are"
    return "The campaign is active." + (f" {posts} planned, not scheduled: schedule them below." if left else "")


MOVES: dict[str, tuple[Callable[..., Campaign], str | Callable[[Campaign], str]]] = {
    "start": (lambda campaign, note: actions.start(campaign), _started),
    "pause": (actions.pause, "Paused. Nothing of it goes out until you resume it."),
    "stop": (actions.stop, "Stopped. What was not sent yet stays on hold."),
    "complete": (lambda campaign, note: actions.complete(campaign), "The campaign is completed."),
}
LATE = "Posts of it became late meanwhile, so it is paused: resume it to say what to do with them."
COLUMNS = {
    "Name": lambda c: c.name,
    "Status": lambda c: c.shown_status,
    "Goal": lambda c: c.goal,
    "Platforms": lambda c: ", ".join(c.target_platforms),
    "Budget cap": lambda c: c.budget_cap,
    "Currency": lambda c: c.budget_currency,
    "Starts": lambda c: c.start_time,
    "Ends": lambda c: c.end_time,
}


@bp.get("")
@requires("viewer")
def index() -> Response:
    """The list."""
    page = queries.CAMPAIGNS.page(request.args)
    return render("campaigns/index.html", region="results", page=page, rows=queries.with_counts(page.rows))


@bp.get("/export.csv")
@requires("viewer")
def export() -> Response:
    """The list as CSV, with the same filters."""
    return csv_response(queries.CAMPAIGNS, request.args, COLUMNS, "campaigns")


@bp.get("/new")
@requires("editor")
def new() -> Response:
    """The empty form."""
    return render("campaigns/edit.html", form=CampaignForm(zone=zone().key), campaign=None)


@bp.post("")
@requires("editor")
def create() -> Response:
    """Make one."""
    form = CampaignForm()
    return submit(
        form,
        act=lambda f: actions.create(f.values(), current_user.id),
        again=lambda: render("campaigns/edit.html", form=form, campaign=None),
        then=_page,
        toast="Campaign created. It is a draft until you start it.",
    )


@bp.get("/<uuid:campaign_id>")
@requires("viewer")
def show(campaign_id: uuid.UUID) -> Response:
    """One campaign, its content, its results, its history."""
    return _shown(queries.by_id(campaign_id))


@bp.get("/<uuid:campaign_id>/edit")
@requires("editor")
def edit(campaign_id: uuid.UUID) -> Response:
    """The form with what is there."""
    campaign = queries.by_id(campaign_id)
    form = CampaignForm(obj=campaign, zone=zone().key)
    for field in (form.start_time, form.end_time):
        field.data = local(field.data) if field.data else None
    return render("campaigns/edit.html", form=form, campaign=campaign)


@bp.post("/<uuid:campaign_id>")
@requires("editor")
def update(campaign_id: uuid.UUID) -> Response:
    """Change it."""
    campaign, form = queries.by_id(campaign_id), CampaignForm()
    was = campaign.status
    return submit(
        form,
        act=lambda f: actions.edit(campaign, f.values(campaign), whole(f.lock_version.data)),
        again=lambda: render("campaigns/edit.html", form=form, campaign=campaign),
        then=_page,
        toast=lambda saved: f"Saved. {LATE}" if saved.status == "paused" and was == "active" else "Saved",
    )


@bp.get("/<uuid:campaign_id>/<any(start, pause, stop, complete):move>")
@requires("operator")
def confirm(campaign_id: uuid.UUID, move: str) -> Response:
    """The move's form as a page, for browsers without JavaScript."""
    return render("campaigns/move.html", campaign=queries.by_id(campaign_id), form=MoveForm(), move=move)


@bp.post("/<uuid:campaign_id>/<any(start, pause, stop, complete):move>")
@requires("operator")
def change_status(campaign_id: uuid.UUID, move: str) -> Response:
    """Start, pause, stop, complete."""
    campaign, form = queries.by_id(campaign_id), MoveForm()
    verb, words = MOVES[move]
    return submit(
        form,
        act=lambda f: verb(campaign, f.note.data or None),
        again=lambda: render("campaigns/move.html", campaign=campaign, form=form, move=move),
        then=_page(campaign),
        toast=words,
    )


@bp.get("/<uuid:campaign_id>/resume")
@requires("operator")
def ask_resume(campaign_id: uuid.UUID) -> Response:
    """What to do with the late posts, as a page."""
    return _resume_page(queries.by_id(campaign_id), ResumeForm(late="send_now"))


@bp.post("/<uuid:campaign_id>/resume")
@requires("operator")
def resume(campaign_id: uuid.UUID) -> Response:
    """Active again."""
    campaign, form = queries.by_id(campaign_id), ResumeForm()
    return submit(
        form,
        act=lambda f: actions.resume(campaign, _late(f)),
        again=lambda: _resume_page(campaign, form),
        then=_page(campaign),
        toast="The campaign is active again.",
    )


def _late(form: Form) -> Late | None:
    return Late(form.late.data, moment(form.at.data, zone(), "at")) if form.late.data else None


def _resume_page(campaign: Campaign, form: ResumeForm) -> Response:
    return render("campaigns/resume.html", campaign=campaign, form=form, late=queries.late_records(campaign.id))


def _shown(campaign: Campaign) -> Response:
    return render(
        "campaigns/show.html",
        campaign=campaign,
        results=queries.results_of(campaign.id),
        content=queries.content_of(campaign.id),
        late=queries.late_records(campaign.id) if campaign.status == "paused" else [],
        waiting=queries.waiting_count(campaign.id),
        outside=queries.frame_of(campaign).outside(queries.now()) if campaign.status in ("active", "paused") else "",
        history=audit.timeline("campaigns", campaign.id),
    )


def _page(campaign: Any) -> str:
    return url_for("campaigns.show", campaign_id=campaign.id)
