"""Settings: everything that the rooms declare, grouped, with help, default, and who changed it last."""

from __future__ import annotations

from flask import Response, request, url_for

from app.core.settings import by_group
from app.operations import actions
from app.operations.forms import SettingsForm, settings_form
from app.operations.queries.changes import last_changes
from app.operations.views.blueprint import bp
from app.web.auth import requires, requires_recent_sign_in
from app.web.forms import submit
from app.web.pages import render


@bp.route("/settings", methods=["GET", "POST"])
@requires("admin")
@requires_recent_sign_in
def settings() -> Response:
    form = settings_form()
    if request.method == "GET":
        return _page(form)
    return submit(
        form,
        lambda f: actions.change_settings(f.texts(), f.before()),
        lambda: _again(form),
        then=url_for("operations.settings"),
        toast=_toast,
    )


def _again(form: SettingsForm) -> Response:
    form.show_current()
    return _page(form)


def _page(form: SettingsForm) -> Response:
    groups = [(key, title, [setting.name for setting in declared]) for key, title, declared in by_group()]
    return render("operations/settings.html", form=form, sections=groups, changes=last_changes())


def _toast(changed: list[str]) -> str:
    return (
        "Nothing was changed."
        if not changed
        else f"{len(changed)} {'setting' if len(changed) == 1 else 'settings'} saved. In force within seconds."
    )
