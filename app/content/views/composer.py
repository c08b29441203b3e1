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
from app.content.composer_input import ComposerInput, identifier, read
from app.content.forms import ComposerForm, guard_secret, planned_moment
from app.content.models import EDITABLE, ContentItem
from app.content.views import composer_context
from app.content.views.blueprint import MAX_FORM, MAX_UPLOAD, bp
from app.content.views.conflict import clash, settled
from app.content.views.pictures import uploads
from app.core.db import uuid7
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
        return _posted(read(request.form, identifier(request.form.get("item")) or uuid7()), None)
    asked = identifier(request.args.get("item") or request.args.get("draft"))
    if asked and queries.is_saved(asked):
        return make_response(redirect(url_for("content.edit", item_id=asked)))
    draft = queries.draft_of(asked, current_user.id) if asked else None
    copied = queries.by_id(request.args["copy"]) if request.args.get("copy") else None
    if draft:
        typed = composer_context.of_draft(draft.item_id, draft.payload, draft.form, None)
    else:
        typed = composer_context.blank(copied, asked, request.args.get("campaign"))
    plain = not (asked or copied)
    unsaved = queries.drafts_of(current_user.id, 1) if plain else []
    return _page(typed, None, draft=draft, unsaved=unsaved, plain=plain, untouched=draft is None and copied is None)


@bp.route("/<uuid:item_id>/edit", methods=["GET", "POST"])
@recovers_form(TEXTS)
@takes(form=MAX_FORM, files=bounds.MAX_MEDIA, upload=MAX_UPLOAD)
@requires("editor")
def edit(item_id: uuid.UUID) -> Response:
    item = queries.by_id(item_id)
    if request.method == "POST":
        return _posted(read(request.form, item.id), item)
    if item.status not in EDITABLE:
        raise Conflict("It is scheduled or archived. Cancel its publish records, or restore it, then edit.")
    draft = None if request.args.get("fresh") else queries.draft_of(item.id, current_user.id)
    return _page(composer_context.opened(item, draft), item, draft=draft)


def _page(typed: ComposerInput, item: ContentItem | None, wrong: dict[str, str] | None = None, **more: Any) -> Response:
    others = queries.others_writing(item.id, current_user.id) if item else []
    return render(
        "content/edit.html",
        **composer_context.context(typed, item, wrong, others=others, **composer_context.choices(typed, item), **more),
    )


def _posted(typed: ComposerInput, item: ContentItem | None) -> Response:
    """One form, several buttons: Save, Update previews, Add pictures, Remove, and the three ways out of a clash."""
    form, do = ComposerForm(), request.form.get("do", "save")
    typed, trouble = uploads(typed)
    again: Callable[[], Response] = lambda: _page(typed, item, form.wrong)  # noqa: E731
    if trouble:
        return _page(typed, item, trouble, status=422)
    if do in ("check", "pictures") or do.startswith("remove:"):
        return again()
    if item is not None and do == "merge":
        merged, note = settled(typed, item, identifier(request.form.get("began")))
        return _page(merged, item, merge=note)
    try:
        return submit(form, lambda _: _save(typed, item), again, then=_after, toast=_said)
    except Stale as stale:
        return clash(typed, item, stale)


def _save(typed: ComposerInput, item: ContentItem | None) -> ContentItem:
    when = _faultless(typed, item)
    campaign = identifier(typed.campaign_id)
    if item is None:
        item = actions.create_item(typed.payload, item_id=typed.item_id, content_type=typed.kind)
    else:
        actions.save_version(item, typed.payload, typed.base_id)
    actions.describe(item, typed.kind, campaign, typed.tag_list)
    chosen = {str(a.id): a.platform for a in account_queries.by_ids(typed.accounts)}
    actions.plan(item, when, typed.plan_zone, [(a, chosen[a]) for a in typed.accounts if a in chosen])
    return item


def _faultless(typed: ComposerInput, item: ContentItem | None) -> datetime | None:
    """The planned moment, once nothing is wrong; else Invalid with everything that is, not the first thing alone."""
    wrong, when = typed.problems() | composer_context.unknown(typed, item), None
    try:
        when = planned_moment(typed)
        wrong.update(actions.plan_problems(when, item.scheduled_for if item else None))
    except Invalid as error:
        wrong.update(error.errors)
    try:
        guard_secret(typed)
    except Invalid as error:
        wrong.update(error.errors)
    if wrong:
        raise Invalid(wrong)
    return when


def _after(item: ContentItem) -> str:
    return url_for("content.show", item_id=item.id)


def _said(item: ContentItem) -> str:
    return f"Saved as version {queries.current(item).version}"


@bp.post("/preview")
@takes(form=MAX_FORM)
@requires("editor")
@poll
def preview() -> Response:
    typed = read(request.form, identifier(request.form.get("item")) or uuid7())
    return render("content/edit.html", block="previews", **composer_context.context(typed))


@bp.post("/<uuid:item_id>/draft")
@takes(form=MAX_FORM)
@requires("editor")
def autosave(item_id: uuid.UUID) -> Response:
    typed = read(request.form, item_id)
    try:
        draft = actions.autosave(item_id, typed.payload, typed.plan(), typed.base_id, typed.confirmed)
    except Invalid as error:
        return make_response(jsonify(message=error.message), 422)
    return jsonify(saved_at=draft.saved_at.isoformat())


@bp.post("/<uuid:item_id>/draft/discard")
@requires("editor")
def discard(item_id: uuid.UUID) -> Response:
    actions.discard_draft(item_id)
    kept = request.form.get("to") == "item"
    return back_to(
        url_for("content.show", item_id=item_id) if kept else url_for("content.index"), "Unsaved text discarded"
    )
