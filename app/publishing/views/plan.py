"""From an approved version to a publish job: which accounts, now or when."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from flask import Response, request, url_for
from flask_login import current_user

from app.content import queries as content
from app.core import actor
from app.lib import clock
from app.lib.errors import Conflict
from app.publishing.actions.schedule import schedule
from app.publishing.campaign_frame import waiting_reason
from app.publishing.forms import PublishForm, slot_of
from app.publishing.models import PublishJob
from app.publishing.queries import campaign as campaigns
from app.publishing.queries.plan import PlaceRow, accounts_of_job, place_rows
from app.publishing.views.blueprint import bp
from app.web import labels
from app.web.auth import requires
from app.web.forms import options, submit
from app.web.pages import render


@bp.route("/content/<uuid:item_id>/publish", methods=["GET", "POST"])
@requires("operator")
def new(item_id: uuid.UUID) -> Response:
    item = content.by_id(item_id)
    if item.approved_version_id is None:
        raise Conflict(
            "No approval covers this content yet. Ask for a review first; then it can be published or scheduled."
        )
    artifact = content.artifact(item.approved_version_id)
    found, form = place_rows(item, artifact), PublishForm()
    usable = [place.account for place in found if place.is_usable]
    form.accounts.choices = options((str(account.id), account.account_name) for account in usable)
    if not form.is_submitted():
        _fill(form, item, found)
    whole = content.version_view(artifact.payload, content.covered_platforms(item))
    page = partial(
        render,
        "publishing/new.html",
        form=form,
        item=item,
        artifact=artifact,
        places=found,
        labels=labels,
        whole=whole,
        **_of_campaign(item),
    )
    if not form.is_submitted():
        return page()
    return submit(
        form,
        lambda f: _schedule(f, item, artifact),
        again=page,
        then=lambda job: url_for(".job", job_id=job.id),
        toast=lambda job: _toast(form, job),
    )


def _of_campaign(item: Any) -> dict[str, Any]:
    """The campaign as the page shows it: `stands` is why it lets nothing out now, `targets` the platforms it uses."""
    found = campaigns.frame(item.campaign_id)
    if found is None:
        return {"campaign": None, "stands": "", "targets": ()}
    return {"campaign": found, "stands": waiting_reason(found, "", ("",), clock.now()), "targets": found.targets}


def _fill(form: PublishForm, item: Any, found: list[PlaceRow]) -> None:
    """Ticked is what is planned and stands nowhere yet; without a plan, the only account there is."""
    usable = [str(place.account.id) for place in found if place.is_usable]
    fresh = [str(place.account.id) for place in found if place.is_free]
    planned = [key for key in item.planned_accounts if key in fresh]
    form.accounts.data = planned or (
        fresh if fresh == usable and len(usable) == 1 and not item.planned_accounts else []
    )
    slot = slot_of(request.args.get("slot"))
    at = slot or item.scheduled_for
    form.timing.data = "later" if at or request.args.get("when") == "later" else "now"
    form.fill(at, item.timezone if item.scheduled_for and not slot else (current_user.timezone or "UTC"))
    form.key.data = str(uuid.uuid4())


def _schedule(form: PublishForm, item: Any, artifact: Any) -> PublishJob:
    return schedule(
        item, artifact, form.account_ids(), form.moment_or_now(), form.zone_key(), int(form.priority.data or 0),
        idempotency_key=form.idempotency(actor.current().id), waive_limits=bool(form.waive.data), second_on=form.second_on(),
        confirm_same_place=bool(form.confirm_same_place.data), off_target=bool(form.off_target.data),
    )  # fmt: skip


def _toast(form: PublishForm, job: PublishJob) -> str:
    """What is said of the job; a form that had made a job before makes no other, whatever is ticked in it now."""
    if accounts_of_job(job.id) != set(form.account_ids()):
        return "This form was sent before: here is what it made. Nothing was published on other accounts."
    return "Scheduled." if job.scheduled_at else "It goes out as soon as a worker is free."
