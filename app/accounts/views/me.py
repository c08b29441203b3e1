"""My account: preferences, password, sessions."""

from __future__ import annotations

import uuid

from flask import Response, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from app.accounts import actions, delivery
from app.accounts.devices import device, is_phone
from app.accounts.forms import ChangePasswordForm, PreferencesForm
from app.accounts.queries import by_id, load_person, open_sessions
from app.accounts.views import bp
from app.accounts.views.door import know_device, see_out, set_theme
from app.audit.queries import timeline
from app.web.auth import confirmed, requires
from app.web.forms import submit
from app.web.pages import back_to, render
from app.web.writes import calls_out


@bp.get("/account")
@requires("viewer")
def profile() -> Response:
    """Who I am here and how I like the desk."""
    liked = current_user.preferences
    form = PreferencesForm(
        full_name=current_user.full_name,
        timezone=liked.timezone,
        theme=liked.theme,
        density=liked.density,
        keys=liked.keys == "on",
    )
    return _profile(form)


@bp.post("/account")
@requires("viewer")
def save_profile() -> Response:
    """Keep the choices; the theme goes into the cookie too."""
    form = PreferencesForm()
    answer = submit(form, _choose, again=lambda: _profile(form), then=url_for("accounts.profile"), toast="Saved")
    return set_theme(answer, form.theme.data) if answer.status_code < 400 else answer  # type: ignore[return-value]


def _choose(form: PreferencesForm) -> None:
    user = by_id(current_user.id)
    actions.rename(user, form.full_name.data or "")
    actions.choose(user.id, form.timezone.data, form.density.data, form.theme.data, bool(form.keys.data))


def _profile(form: PreferencesForm) -> Response:
    return render(
        "accounts/profile.html", form=form, person=by_id(current_user.id), rows=timeline("users", current_user.id, 20)
    )


@bp.route("/account/password", methods=["GET", "POST"])
@requires("viewer")
@calls_out
def password() -> Response:
    """Change the password; all other sessions end."""
    form = ChangePasswordForm()
    page = lambda: render("accounts/password.html", form=form)  # noqa: E731
    if not form.is_submitted():
        return page()
    answer = submit(
        form,
        lambda f: delivery.change_password(current_user.id, current_user.session_id, f.current.data, f.new.data),
        again=page, then=url_for("accounts.sessions"), toast="Password changed. All other sessions have ended.",
    )  # fmt: skip
    return know_device(answer, load_person(current_user.token)) if answer.status_code < 400 else answer


@bp.get("/account/sessions")
@requires("viewer")
def sessions() -> Response:
    """The browsers in which I am signed in."""
    found = open_sessions(current_user.id)
    return render(
        "accounts/sessions.html", sessions=found, here=current_user.session_id, device=device, is_phone=is_phone
    )


@bp.post("/account/sessions/<uuid:session_id>/revoke")
@requires("viewer")
@confirmed
def revoke_session(session_id: uuid.UUID) -> Answer:
    """End one of my sessions; ending this one is signing out."""
    actions.revoke_session(session_id, current_user.id)
    if session_id != current_user.session_id:
        return back_to(url_for("accounts.sessions"), "Session ended")
    return see_out()


@bp.post("/account/sessions/revoke-others")
@requires("viewer")
@confirmed
def revoke_others() -> Response:
    """End all my other sessions."""
    ended = actions.revoke_others(current_user.id, current_user.session_id)
    return back_to(
        url_for("accounts.sessions"), f"{ended} other sessions ended" if ended != 1 else "1 other session ended"
    )
