"""One item: previews, changes between versions, activity; what can be done next."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, make_response, request, url_for
from flask_login import current_user

from app.accounts import queries as account_queries
from app.audit.queries import timeline
from app.campaigns import queries as campaigns
from app.content import checks, queries
from app.content.markdown_html import render_markdown
from app.content.models import ContentItem
from app.content.payload_diff import sections
from app.content.queries.items import VersionRow
from app.content.views.blueprint import bp
from app.publishing.queries import item_progress as records
from app.reviews import queries as reviews
from app.staff import queries as people
from app.web import times
from app.web.auth import can, requires
from app.web.pages import render
from app.web.view_marks import poll

TABS = ("previews", "changes", "versions", "activity")


@bp.get("/<uuid:item_id>")
@requires("viewer")
def show(item_id: uuid.UUID) -> Response:
    item = queries.by_id(item_id)
    return render("content/show.html", **_page_of(item, records.item_progress(item)))


@bp.get("/<uuid:item_id>/live")
@requires("viewer")
@poll
def live(item_id: uuid.UUID) -> Response:
    """204 while nothing has changed since the version the page shows, else what can have moved: the head, the facts, and the
    activity where that is open. What is being read or chosen beside it stays as it is; a new badge is read aloud."""
    item = queries.by_id(item_id)
    pulse = records.item_progress(item)
    if request.args.get("v") == pulse.mark:
        return make_response("", 204)
    is_announced = request.args.get("was") != f"{item.status} {pulse.key}"
    return render("content/show.html", block="live", is_live=True, is_announced=is_announced, **_page_of(item, pulse))


def _page_of(item: ContentItem, pulse: records.ItemProgress) -> dict[str, Any]:
    """The context of the page."""
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    versions = queries.versions(item)
    facts = _facts(item, versions)
    return {"item": item, "tab": tab, "versions": versions, "pulse": pulse, **facts, **_tab(tab, item, versions)}


def _facts(item: ContentItem, versions: list[VersionRow]) -> dict[str, Any]:
    version = versions[0].version if versions else None
    accounts = account_queries.by_ids(item.planned_accounts) if item.planned_accounts else []
    made = queries.previews(version.payload, accounts) if version else []
    campaign = campaigns.by_id(item.campaign_id) if item.campaign_id else None
    there = f"{item.scheduled_for.astimezone(times.zone(item.timezone)):%a %d %b %H:%M}" if item.scheduled_for else ""
    return {
        "there": there, "shared": render_markdown(version.payload["body"]) if version and not made else "",
        "publish_url": url_for("publishing.new", item_id=item.id) if can("operator") else None,
        "records_url": url_for("publishing.records", content=item.id), "review": reviews.of_item(item.id) if item.status == "review" else None,
        "whole_version": queries.version_view(version.payload, queries.platforms_to_review(item)) if version else None,
        "uncovered": queries.uncovered_platforms(item, version) if version and item.status in ("approved", "scheduled", "published") else {},
        "version": version, "accounts": accounts, "previews": made, "campaign": campaign,
        "checks": checks.summary(version.payload, made, queries.duplicates(version)) if version else [],
        "problems": sum(len(p.errors) for p in made), "approver": people.by_id(item.approved_by) if item.approved_by else None,
        "draft": queries.draft_of(item.id, current_user.id), "writer": versions[-1].author if versions else None,
    }  # fmt: skip


def _tab(tab: str, item: ContentItem, versions: list[VersionRow]) -> dict[str, Any]:
    if tab == "activity":
        return {"history": timeline("content_items", item.id)}
    if tab == "changes" and versions:
        newest = versions[0].version.version
        approved = next((v.version for v, _ in versions if v.id == item.approved_version_id), None)
        new = request.args.get("to", newest, int)
        old = request.args.get("from", approved if approved and approved < new else max(new - 1, 1), int)
        before, after = queries.version_by_number(item, old), queries.version_by_number(item, new)
        return {"old": before, "new": after, "changed": sections(before.payload, after.payload)}
    return {}
