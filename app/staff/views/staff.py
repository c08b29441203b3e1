"""The staff: for admins."""

from __future__ import annotations

import uuid
from functools import partial

from flask import Response, request, url_for
from flask_login import current_user

from app.audit.queries import timeline
from app.lib import clock
from app.staff import actions, mail
from app.staff.actions.invites import link_token
from app.staff.forms import InviteForm, RoleForm
from app.staff.links import make_token
from app.staff.models import StaffInvite
from app.staff.queries import STAFF, by_id, is_last_admin, names, open_invites, open_reset, open_sessions
from app.staff.queries.links import RESET
from app.staff.views.blueprint import bp
from app.staff.views.links import whole_url
from app.web.auth import requires, requires_recent_sign_in
from app.web.csv_export import csv_response
from app.web.forms import submit
from app.web.pages import back_to, render


@bp.get("/staff")
@requires("admin")
def index() -> Response:
    """Everybody on the staff and everybody invited."""
    invited = open_invites()
    return render(
        "staff/staff.html", region="results", page=STAFF.page(request.args), invites=invited, invited_by=names(row.invited_by for row in invited),
        link=_invite_link, now=clock.now(), mails=mail.is_on(),
    )  # fmt: skip


@bp.get("/staff.csv")
@requires("admin")
def export() -> Response:
    """The list as a file."""
    columns = {
        "name": lambda u: u.full_name, "email": lambda u: u.email, "role": lambda u: u.role,
        "active": lambda u: "yes" if u.is_active else "no", "last_sign_in": lambda u: u.last_login_at, "joined": lambda u: u.created_at,
    }  # fmt: skip
    return csv_response(STAFF, request.args, columns, "staff")


@bp.route("/staff/invite", methods=["GET", "POST"])
@requires("admin")
@requires_recent_sign_in
def invite() -> Response:
    """Offer a place: the link is shown on the staff page until it is used."""
    form = InviteForm()
    page = partial(render, "staff/invite.html", form=form, mails=mail.is_on())
    if not form.is_submitted():
        return page()
    return submit(
        form, lambda f: actions.invite(f.email.data, f.role.data, f.full_name.data), again=page,
        then=url_for("staff.index") + "#invited", toast="Invitation made. " + _way(),
    )  # fmt: skip


@bp.post("/staff/invites/<uuid:invite_id>/renew")
@requires("admin")
@requires_recent_sign_in
def renew_invite(invite_id: uuid.UUID) -> Response:
    """A new link; the old one stops working."""
    actions.renew_invite(invite_id)
    return back_to(url_for("staff.index") + "#invited", "New link made; the old one no longer works. " + _way())


@bp.post("/staff/invites/<uuid:invite_id>/withdraw")
@requires("admin")
def withdraw_invite(invite_id: uuid.UUID) -> Response:
    """The link stops working."""
    actions.withdraw_invite(invite_id)
    return back_to(url_for("staff.index"), "Invitation withdrawn")


@bp.get("/staff/<uuid:user_id>")
@requires("admin")
def show(user_id: uuid.UUID) -> Response:
    """One member: facts, role, sign-in, history."""
    return _member(user_id, None)


@bp.post("/staff/<uuid:user_id>/role")
@requires("admin")
@requires_recent_sign_in
def change_role(user_id: uuid.UUID) -> Response:
    """Give another role."""
    form = RoleForm()
    return submit(
        form,
        lambda f: actions.change_role(by_id(user_id), f.role.data),
        again=lambda: _member(user_id, form),
        then=_page(user_id),
        toast=lambda user: f"{user.full_name} has a new role: {user.role}",
    )


@bp.post("/staff/<uuid:user_id>/suspend")
@requires("admin")
@requires_recent_sign_in
def suspend(user_id: uuid.UUID) -> Response:
    """They may sign in no more, and all sessions end."""
    user = actions.suspend(by_id(user_id))
    return back_to(_page(user_id), f"{user.full_name} is suspended", undo=url_for("staff.reactivate", user_id=user_id))


@bp.post("/staff/<uuid:user_id>/sign-out")
@requires("admin")
@requires_recent_sign_in
def sign_out_member(user_id: uuid.UUID) -> Response:
    """End all sessions of somebody who lost a device or left one open; the password and the account stay. One's own: all others."""
    user = by_id(user_id)
    ended = actions.revoke_others(user.id, current_user.session_id, user.full_name)
    return back_to(_page(user_id), f"{user.full_name} is signed out of {ended} browser{'s' if ended != 1 else ''}")


@bp.post("/staff/<uuid:user_id>/reactivate")
@requires("admin")
@requires_recent_sign_in
def reactivate(user_id: uuid.UUID) -> Response:
    """They may sign in again."""
    return back_to(_page(user_id), f"{actions.reactivate(by_id(user_id)).full_name} may sign in again")


@bp.post("/staff/<uuid:user_id>/unlock")
@requires("admin")
def unlock(user_id: uuid.UUID) -> Response:
    """End the pause after failed sign-ins."""
    return back_to(_page(user_id), f"{actions.unlock(by_id(user_id)).full_name} may try again")


@bp.post("/staff/<uuid:user_id>/password-link")
@requires("admin")
@requires_recent_sign_in
def password_link(user_id: uuid.UUID) -> Response:
    """A link for a new password; it is shown on the page until it is used."""
    actions.make_reset(by_id(user_id))
    return back_to(_page(user_id) + "#password-link", "Password link made. " + _way())


@bp.post("/staff/<uuid:user_id>/second-factor/remove")
@requires("admin")
@requires_recent_sign_in
def reset_factor(user_id: uuid.UUID) -> Response:
    """For somebody who lost their authenticator and their recovery codes; told to them by mail."""
    user = actions.reset_factor(user_id)
    return back_to(_page(user_id), f"The second factor of {user.full_name} is removed; all their sessions ended")


def _member(user_id: uuid.UUID, form: RoleForm | None) -> Response:
    user, reset = by_id(user_id), open_reset(user_id)
    return render(
        "staff/member.html", person=user, form=form or RoleForm(formdata=None, role=user.role), last_admin=is_last_admin(user),
        sessions=open_sessions(user_id), reset=reset, mails=mail.is_on(), rows=timeline("users", user_id), now=clock.now(),
        reset_link=whole_url("staff.reset_password", make_token(reset, RESET)) if reset else None,
    )  # fmt: skip


def _way() -> str:
    return "Its mail is on the way." if mail.is_on() else "Copy the link and hand it over."


def _page(user_id: uuid.UUID) -> str:
    return url_for("staff.show", user_id=user_id)


def _invite_link(row: StaffInvite) -> str:
    return whole_url("staff.accept_invite", link_token(row))
