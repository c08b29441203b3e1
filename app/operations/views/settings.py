"""Settings: everything that the rooms declare, grouped, with help, default, and who changed it last."""

from __future__ import annotations

from itertools import groupby

from flask import Response, request, url_for

from app.core.settings import SETTINGS
from app.operations import actions
from app.operations.forms import SettingsForm, settings_form
from app.operations.queries.changes import last_changes
from app.operations.views.blueprint import bp
from app.web.auth import confirmed, requires
from app.web.forms import submit
from app.web.pages import render

GROUPS = {
    "reviews": "Reviews",
    "publishing": "Publishing",
    "accounts": "Accounts on platforms",
    "staff": "Staff and sign-in",
    "site": "Our own site",
    "content": "Content",
    "audit": "Audit",
}


@bp.route("/settings", methods=["GET", "POST"])
@requires("admin")
@confirmed
def settings() -> Response:
    form = settings_form()
    if request.method == "GET":
        return _page(form)
    return submit(
        form,
        lambda f: actions.change_settings(f.typed(), f.seen()),
        lambda: _again(form),
        then=url_for("operations.settings"),
        toast=_said,
    )


def _again(form: SettingsForm) -> Response:
    form.look_again()
    return _page(form)


def _page(form: SettingsForm) -> Response:
    names = sorted(
        (name for name in SETTINGS if name in form),
        key=lambda name: (list(GROUPS).index(_group(name)) if _group(name) in GROUPS else 99, name),
    )
    groups = [(key, GROUPS.get(key, key.capitalize()), list(found)) for key, found in groupby(names, _group)]
    return render("operations/settings.html", form=form, sections=groups, changes=last_changes(), declared=SETTINGS)


def _group(name: str) -> str:
    return name.partition(".")[0]


def _said(changed: list[str]) -> str:
    return (
        "Nothing was changed."
        if not changed
        else f"{len(changed)} {'setting' if len(changed) == 1 else 'settings'} saved. In force within seconds."
    )
