"""Saved views: a list's filters under a name. Every list page includes `search/_views.html`."""

from __future__ import annotations

import uuid

from flask import Response, current_app, request, url_for
from flask_login import current_user

from app.lib.errors import Invalid
from app.search import actions
from app.search.forms import SavedViewForm
from app.search.models import SavedView
from app.search.queries.saved_views import ViewRow, all_of, views_of
from app.search.views.blueprint import bp
from app.web.auth import allows, requires
from app.web.forms import PlainForm, submit
from app.web.pages import render


@bp.app_template_global("saved_views")
def saved_views_here() -> list[ViewRow]:
    """The saved views of the list that is being shown."""
    return views_of(request.endpoint or "", current_user.id) if current_user.is_authenticated else []


@bp.get("/views")
@requires("viewer")
def saved_views() -> Response:
    return render(
        "search/saved_views.html",
        views=[view for view in all_of(current_user.id) if view.page in current_app.view_functions],
        title=_title,
    )


@bp.route("/views/new", methods=["GET", "POST"])
@requires("viewer")
def save_view() -> Response:
    form = SavedViewForm(data={"page": request.args.get("page", ""), "query": request.args.get("query", "")})
    if request.method == "GET":
        return _form(form)
    return submit(
        form,
        _save,
        lambda: _form(form),
        then=_address,
        toast=lambda view: f"Saved as “{view.name}”.",
    )


@bp.route("/views/<uuid:view_id>", methods=["GET", "POST"])
@requires("viewer")
def rename_view(view_id: uuid.UUID) -> Response:
    view = actions.own_view(view_id)
    form = SavedViewForm(data={"name": view.name, "page": view.page, "query": view.query})
    if request.method == "GET":
        return _form(form, view)
    return submit(
        form,
        lambda f: actions.rename_view(view_id, f.name.data),
        lambda: _form(form, view),
        then=url_for("search.saved_views"),
        toast="Renamed.",
    )


@bp.post("/views/<uuid:view_id>/delete")
@requires("viewer")
def delete_view(view_id: uuid.UUID) -> Response:
    return submit(
        PlainForm(),
        lambda _: actions.delete_view(view_id),
        saved_views,
        then=url_for("search.saved_views"),
        toast="View deleted.",
    )


def _save(form: SavedViewForm) -> SavedView:
    page = form.page.data or ""
    if not allows(page) or _list_address(page) is None:
        raise Invalid({"": "This list is not known. Go back to it and save the view from there."})
    return actions.save_view(page, form.name.data or "", form.query.data or "", bool(form.is_shared.data))


def _form(form: SavedViewForm, view: SavedView | None = None) -> Response:
    return render(
        "search/saved_view.html",
        form=form,
        view=view,
        title=_title(form.page.data or ""),
        back=_list_address(form.page.data or "") or "/",
    )


def _address(view: SavedView) -> str:
    base = _list_address(view.page) or "/"
    return f"{base}?{view.query}" if view.query else base


def _list_address(page: str) -> str | None:
    """The address of a list page; None for anything that is none or needs an id."""
    rules = [
        r
        for r in current_app.url_map.iter_rules()
        if r.endpoint == page and not r.arguments and "GET" in (r.methods or ())
    ]
    return url_for(page) if rules else None


def _title(page: str) -> str:
    """How the side bar calls the list: `publishing.records` → "Records"."""
    bar = {item.endpoint: item.text for group in current_app.extensions["navigation"] for item in group.items}
    return bar.get(page) or page.rpartition(".")[2].replace("_", " ").capitalize()
