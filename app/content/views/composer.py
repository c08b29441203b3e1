"""Writing: new, edit, preview, autosave. The form is the state, so every button works without JavaScript."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, jsonify, make_response, redirect, request, url_for
from flask_login import current_user

from app.accounts import queries as account_queries
from app.content import actions, bounds, queries
from app.content.actions import Stale
from app.content.composer_input import ComposerInput, from_draft, read_form
from app.content.forms import ComposerForm, guard_secret, planned_moment
from app.content.models import EDITABLE, ContentItem
from app.content.views import composer_context
from app.content.views.blueprint import MAX_FORM, MAX_UPLOAD, bp
from app.content.views.conflict import merge_versions, render_conflict
from app.content.views.pictures import uploads
from app.core.ids import parse_id, uuid7
from app.lib.errors import Conflict, Invalid
from app.web.auth import requires
from app.web.body_limits import takes
from app.web.form_recovery import recovers_form
from app.web.forms import submit
from app.web.pages import back_to, render
from app.web.view_marks import poll

TEXTS = {
    "title": "Title", "body": "Shared text", "variant-*": "Text for {} only", "parts-*": "Further posts of the thread for {}",
    "comment-*": "First comment for {}", "media-*-alt": "Description of a picture", "tags": "Tags",
}  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@recovers_form(TEXTS)
@takes(form=MAX_FORM, files=bounds.MAX_MEDIA, upload=MAX_UPLOAD)
@requires("editor")
def new() -> Response:
    """A new text has its id from the start: it stands in the address, so whoever is sent away comes back to the same text."""
    if request.method == "POST":
        return _submit(read_form(request.form, parse_id(request.form.get("item")) or uuid7()), None)
    item_id = parse_id(request.args.get("item") or request.args.get("draft"))
    if item_id and queries.is_saved(item_id):
        return make_response(redirect(url_for("content.edit", item_id=item_id)))
    draft = queries.draft_of(item_id, current_user.id) if item_id else None
    original = queries.by_id(request.args["copy"]) if request.args.get("copy") else None
    if draft:
        entry = from_draft(draft.item_id, draft.payload, draft.form, None)
    else:
        entry = composer_context.new_entry(original, item_id, request.args.get("campaign"))
    is_blank = not (item_id or original)
    unsaved = queries.drafts_of(current_user.id, 1) if is_blank else []
    return _page(
        entry, None, draft=draft, unsaved=unsaved, plain=is_blank, untouched=draft is None and original is None
    )


@bp.route("/<uuid:item_id>/edit", methods=["GET", "POST"])
@recovers_form(TEXTS)
@takes(form=MAX_FORM, files=bounds.MAX_MEDIA, upload=MAX_UPLOAD)
@requires("editor")
def edit(item_id: uuid.UUID) -> Response:
    item = queries.by_id(item_id)
    if request.method == "POST":
        return _submit(read_form(request.form, item.id), item)
    if item.status not in EDITABLE:
        raise Conflict("It is scheduled or archived. Cancel its publish records, or restore it, then edit.")
    draft = None if request.args.get("fresh") else queries.draft_of(item.id, current_user.id)
    return _page(composer_context.from_item(item, draft), item, draft=draft)


def _page(entry: ComposerInput, item: ContentItem | None, wrong: dict[str, str] | None = None, **more: Any) -> Response:
    others = queries.other_writers(item.id, current_user.id) if item else []
    return render(
        "content/edit.html",
        **composer_context.context(entry, item, wrong, others=others, **composer_context.menus(entry, item), **more),
    )


def _submit(entry: ComposerInput, item: ContentItem | None) -> Response:
    """One form, several buttons: Save, Update previews, Add pictures, Remove, and the three ways out of a conflict."""
    form, do = ComposerForm(), request.form.get("do", "save")
    entry, wrong = uploads(entry)
    again: Callable[[], Response] = lambda: _page(entry, item, form.wrong)  # noqa: E731
    if wrong:
        return _page(entry, item, wrong, status=422)
    if do in ("check", "pictures") or do.startswith("remove:"):
        return again()
    if item is not None and do == "merge":
        merged, note = merge_versions(entry, item, parse_id(request.form.get("began")))
        return _page(merged, item, merge=note)
    try:
        return submit(form, lambda _: _save(entry, item), again, then=_url, toast=_toast)
    except Stale as stale:
        return render_conflict(entry, item, stale)


def _save(entry: ComposerInput, item: ContentItem | None) -> ContentItem:
    when = _validate(entry, item)
    campaign = parse_id(entry.campaign_id)
    if item is None:
        item = actions.create_item(entry.payload, item_id=entry.item_id, content_type=entry.kind)
    else:
        actions.save_version(item, entry.payload, entry.base_id)
    actions.describe(item, entry.kind, campaign, entry.tag_list)
    chosen = {str(a.id): a.platform for a in account_queries.by_ids(entry.accounts)}
    actions.plan(item, when, entry.plan_zone, [(a, chosen[a]) for a in entry.accounts if a in chosen])
    return item


def _validate(entry: ComposerInput, item: ContentItem | None) -> datetime | None:
    """The planned moment, once nothing is wrong; else Invalid with everything that is, not the first thing alone."""
    wrong, when = entry.problems() | composer_context.unknown_choices(entry, item), None
    try:
        when = planned_moment(entry)
        wrong.update(actions.plan_problems(when, item.scheduled_for if item else None))
    except Invalid as error:
        wrong.update(error.errors)
    try:
        guard_secret(entry)
    except Invalid as error:
        wrong.update(error.errors)
    if wrong:
        raise Invalid(wrong)
    return when


def _url(item: ContentItem) -> str:
    return url_for("content.show", item_id=item.id)


def _toast(item: ContentItem) -> str:
    return f"Saved as version {queries.current(item).version}"


@bp.post("/preview")
@takes(form=MAX_FORM)
@requires("editor")
@poll
def preview() -> Response:
    entry = read_form(request.form, parse_id(request.form.get("item")) or uuid7())
    return render("content/edit.html", block="previews", **composer_context.context(entry))


@bp.post("/<uuid:item_id>/draft")
@takes(form=MAX_FORM)
@requires("editor")
def autosave(item_id: uuid.UUID) -> Response:
    entry = read_form(request.form, item_id)
    try:
        draft = actions.autosave(item_id, entry.payload, entry.plan(), entry.base_id, entry.confirmed)
    except Invalid as error:
        return make_response(jsonify(message=error.message), 422)
    return jsonify(saved_at=draft.saved_at.isoformat())


@bp.post("/<uuid:item_id>/draft/discard")
@requires("editor")
def discard(item_id: uuid.UUID) -> Response:
    actions.discard_draft(item_id)
    to_item = request.form.get("to") == "item"
    return back_to(
        url_for("content.show", item_id=item_id) if to_item else url_for("content.index"), "Unsaved text discarded"
    )
