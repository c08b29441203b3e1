"""Pages of campaigns: list, one campaign, create, edit, and its moves."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, Response, request, url_for

from app.audit import queries as audit
from app.campaigns import actions, queries
from app.campaigns.actions.late import LateChoice
from app.campaigns.forms import CampaignForm, MoveForm, ResumeForm, moment
from app.campaigns.models import Campaign
from app.lib.storable import whole
from app.web.auth import requires
from app.web.csv_export import csv_response
from app.web.forms import Form, submit
from app.web.pages import render
from app.web.template_globals import local

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")


def _start_toast(campaign: Campaign) -> str:
    """What starting it came to."""
    if campaign.status != "active":
        return f"Started. {LATE_NOTE}"
    count = queries.count_planned(campaign.id)
    posts = "1 approved post is" if count == 1 else f"{count} approved posts are"
    return "The campaign is active." + (f" {posts} planned, not scheduled: schedule them below." if count else "")


MOVES: dict[str, tuple[Callable[..., Campaign], str | Callable[[Campaign], str]]] = {
    "start": (lambda campaign, note: actions.start(campaign), _start_toast),
    "pause": (actions.pause, "Paused. Nothing of it goes out until you resume it."),
    "stop": (actions.stop, "Stopped. What was not sent yet stays on hold."),
    "complete": (lambda campaign, note: actions.complete(campaign), "The campaign is completed."),
}
LATE_NOTE = "Posts of it became late meanwhile, so it is paused: resume it to say what to do with them."
COLUMNS = {
    "Name": lambda c: c.name,
    "Status": lambda c: c.display_status,
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
    return render("campaigns/edit.html", form=CampaignForm(), campaign=None)


@bp.post("")
@requires("editor")
def create() -> Response:
    """Make one."""
    form = CampaignForm()
    return submit(
        form,
        act=lambda f: actions.create(f.values()),
        again=lambda: render("campaigns/edit.html", form=form, campaign=None),
        then=_url,
        toast="Campaign created. It is a draft until you start it.",
    )


@bp.get("/<uuid:campaign_id>")
@requires("viewer")
def show(campaign_id: uuid.UUID) -> Response:
    """One campaign, its content, its results, its history."""
    return _render(queries.by_id(campaign_id))


@bp.get("/<uuid:campaign_id>/edit")
@requires("editor")
def edit(campaign_id: uuid.UUID) -> Response:
    """The form with what is there."""
    campaign = queries.by_id(campaign_id)
    form = CampaignForm(obj=campaign)
    for field in (form.start_time, form.end_time):
        field.data = local(field.data) if field.data else None
    return render("campaigns/edit.html", form=form, campaign=campaign)


@bp.post("/<uuid:campaign_id>")
@requires("editor")
def update(campaign_id: uuid.UUID) -> Response:
    """Change it."""
    campaign, form = queries.by_id(campaign_id), CampaignForm()
    before = campaign.status
    return submit(
        form,
        act=lambda f: actions.edit(campaign, f.values(campaign), whole(f.lock_version.data)),
        again=lambda: render("campaigns/edit.html", form=form, campaign=campaign),
        then=_url,
        toast=lambda saved: f"Saved. {LATE_NOTE}" if saved.status == "paused" and before == "active" else "Saved",
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
    verb, toast = MOVES[move]
    return submit(
        form,
        act=lambda f: verb(campaign, f.note.data or None),
        again=lambda: render("campaigns/move.html", campaign=campaign, form=form, move=move),
        then=_url(campaign),
        toast=toast,
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
        act=lambda f: actions.resume(campaign, _late_choice(f)),
        again=lambda: _resume_page(campaign, form),
        then=_url(campaign),
        toast="The campaign is active again.",
    )


def _late_choice(form: Form) -> LateChoice | None:
    return LateChoice(form.late.data, moment(form.at.data, form.zone.where, "at")) if form.late.data else None


def _resume_page(campaign: Campaign, form: ResumeForm) -> Response:
    return render("campaigns/resume.html", campaign=campaign, form=form, late=queries.late_records(campaign.id))


def _render(campaign: Campaign) -> Response:
    return render(
        "campaigns/show.html",
        campaign=campaign,
        results=queries.results_of(campaign.id),
        content=queries.content_of(campaign.id),
        late=queries.late_records(campaign.id) if campaign.status == "paused" else [],
        waiting=queries.waiting_count(campaign.id),
        outside=queries.why_outside(campaign),
        history=audit.timeline("campaigns", campaign.id),
    )


def _url(campaign: Campaign) -> str:
    return url_for("campaigns.show", campaign_id=campaign.id)
