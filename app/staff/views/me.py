"""My profile: preferences, password, sessions."""

from __future__ import annotations

import uuid
from functools import partial
from urllib.parse import quote

from flask import Response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from app.audit.queries import timeline
from app.staff import actions, services
from app.staff.forms import BrowserZoneForm, ChangePasswordForm, PreferencesForm
from app.staff.models import User
from app.staff.queries import by_id, load_person, open_sessions
from app.staff.safe_next import safe_next
from app.staff.user_agent import device_name, is_phone
from app.staff.views.blueprint import bp
from app.staff.views.browser_session import remember_device, set_theme, sign_out_browser
from app.web.auth import requires, requires_recent_sign_in
from app.web.forms import submit
from app.web.pages import back_to, render
from app.web.view_marks import no_transaction
from app.web.zone_field import zone_of_browser


@bp.get("/account", defaults={"page": ""})
@bp.get("/account/<path:page>")
@requires("viewer")
def former_address(page: str) -> Answer:
    """Where these pages stood before accounts were those of platforms."""
    query = quote(request.query_string, safe="=&%+")
    return redirect(f"{request.script_root}/me{'/' if page else ''}{quote(page)}{f'?{query}' if query else ''}", 308)


@bp.post("/account", defaults={"page": ""}, endpoint="former_form")
@bp.post("/account/<path:page>", endpoint="former_form")
@requires("viewer")
def former_form(page: str) -> Answer:
    """A form of a tab that was open during the update arrives. Not one view with the above: after a sign-in one leads back to
    pages, and to no address that only takes forms."""
    return former_address(page)


@bp.get("/me")
@requires("viewer")
def profile() -> Response:
    """Who I am here and how I like the desk."""
    return _profile(_liked())


def _liked() -> PreferencesForm:
    liked = current_user.preferences
    return PreferencesForm(
        formdata=None, full_name=current_user.full_name, timezone=liked.timezone, theme=liked.theme, density=liked.density,
        keys=liked.keys == "on",
    )  # fmt: skip


@bp.post("/me")
@requires("viewer")
def save_profile() -> Response:
    """Keep the choices; the theme goes into the cookie too."""
    form = PreferencesForm()
    answer = submit(form, _choose, again=lambda: _profile(form), then=url_for("staff.profile"), toast="Saved")
    return set_theme(answer, form.theme.data) if answer.status_code < 400 else answer  # type: ignore[return-value]


@bp.post("/me/zone")
@requires("viewer")
def choose_zone() -> Response:
    """The answer to the offer of the browser's zone, back to the page it was given on."""
    form = BrowserZoneForm()
    return submit(
        form, _choose_zone, again=_zone_refused, then=safe_next(form.back.data),
        toast=lambda user: f"Times are shown in {user.preferences['timezone'].replace('_', ' ')}.",
    )  # fmt: skip


def _zone_refused() -> Response:
    form = _liked()
    form.fail({"timezone": "Your browser names a time zone that the desk does not know. Choose yours in the list."})
    return _profile(form)


def _choose_zone(form: BrowserZoneForm) -> User:
    chosen = current_user.timezone if form.keep.data else zone_of_browser(form.timezone.data or "")
    return actions.choose_zone(current_user.id, chosen or "")


def _choose(form: PreferencesForm) -> None:
    user = by_id(current_user.id)
    actions.rename(user, form.full_name.data or "")
    actions.choose(user.id, form.timezone.data, form.density.data, form.theme.data, bool(form.keys.data))


def _profile(form: PreferencesForm) -> Response:
    return render(
        "staff/profile.html", form=form, person=by_id(current_user.id), rows=timeline("users", current_user.id, 20)
    )


@bp.route("/me/password", methods=["GET", "POST"])
@requires("viewer")
@no_transaction
def password() -> Response:
    """Change the password; all other sessions end."""
    form = ChangePasswordForm()
    page = partial(render, "staff/password.html", form=form)
    if not form.is_submitted():
        return page()
    answer = submit(
        form,
        lambda f: services.change_password(current_user.id, current_user.session_id, f.current.data, f.new.data),
        again=page, then=url_for("staff.sessions"), toast="Password changed. All other sessions have ended.",
    )  # fmt: skip
    return remember_device(answer, load_person(current_user.token)) if answer.status_code < 400 else answer


@bp.get("/me/sessions")
@requires("viewer")
def sessions() -> Response:
    """The browsers in which I am signed in."""
    found = open_sessions(current_user.id)
    return render(
        "staff/sessions.html", sessions=found, here=current_user.session_id, device=device_name, is_phone=is_phone
    )


@bp.post("/me/sessions/<uuid:session_id>/revoke")
@requires("viewer")
@requires_recent_sign_in
def revoke_session(session_id: uuid.UUID) -> Answer:
    """End one of my sessions; ending this one is signing out."""
    actions.revoke_session(session_id, current_user.id)
    if session_id != current_user.session_id:
        return back_to(url_for("staff.sessions"), "Session ended")
    return sign_out_browser()


@bp.post("/me/sessions/revoke-others")
@requires("viewer")
@requires_recent_sign_in
def revoke_others() -> Response:
    """End all my other sessions."""
    ended = actions.revoke_others(current_user.id, current_user.session_id)
    return back_to(
        url_for("staff.sessions"), f"{ended} other sessions ended" if ended != 1 else "1 other session ended"
    )
