"""The staff: roles, suspension, the last admin, invitations and password links."""

from __future__ import annotations

import re
import threading
import uuid

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core.db import db
from app.lib.errors import Conflict
from app.staff import actions
from app.staff.models import User
from app.staff.queries import by_email, by_id
from tests.factories import PASSWORD, make_user

NEW = "seven green bottles stand"


def text(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    return answer.get_data(as_text=True)


def link(page, kind):
    return re.search(rf'value="http://localhost(/{kind}/[0-9a-f]+)"', page)[1]


def test_the_list_searches_filters_and_sorts(as_user, commit):
    admin = as_user("admin")
    commit(make_user, full_name="Mara Voss", email="mara@desk.example", role="reviewer")
    commit(make_user, full_name="Gone Away", is_active=False)
    page = text(admin.get("/staff"))
    assert "Mara Voss" in page and "3 of 3 people" in page
    page = text(admin.get("/staff?q=MARA"))
    assert "Mara Voss" in page and "Gone Away" not in page
    assert "Gone Away" not in text(admin.get("/staff?state=active"))
    assert "Mara Voss" not in text(admin.get("/staff?role=admin", headers={"HX-Request": "1", "HX-Target": "results"}))
    assert "Nobody matches" in text(admin.get("/staff?q=zzz"))
    for query in ("sort=-seen", "sort=joined", "sort=x", "after=zzz", "role=x", "state=%01", "q=%25"):
        text(admin.get(f"/staff?{query}"))
    assert "mara@desk.example" in text(admin.get("/staff.csv"))


@pytest.mark.parametrize(
    "path",
    [
        "/staff/x",
        "/staff/1",
        "/staff/00000000-0000-0000-0000-000000000000",
        "/invite/x",
        "/invite/" + "a" * 72,
        "/reset/%00",
        "/reset/" + "0" * 72,
    ],
)
def test_garbage_is_not_found(as_user, path):
    assert as_user("admin").get(path).status_code == 404


@pytest.mark.parametrize("path", ["/staff", "/staff/invite", "/staff.csv"])
def test_it_is_for_admins(as_user, path):
    assert as_user("operator").get(path).status_code == 403


def test_a_role_is_changed_and_told(as_user, commit):
    admin, mara = as_user("admin"), commit(make_user, role="editor", full_name="Mara Voss")
    assert admin.post(f"/staff/{mara.id}/role", data={"role": "operator"}).status_code == 303
    assert commit(by_id, mara.id).role == "operator"
    entry = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "staff.change_role"))
    assert entry.changes == {"role": ["editor", "operator"]} and entry.actor_id == str(admin.user.id)
    assert "Role changed" in text(admin.get(f"/staff/{mara.id}"))
    text(admin.post(f"/staff/{mara.id}/role", data={"role": "emperor"}), 422)
    text(admin.post(f"/staff/{mara.id}/role", data={}), 422)


def test_the_last_admin_stays(as_user, commit):
    admin = as_user("admin")
    page = text(admin.get(f"/staff/{admin.user.id}"))
    assert "last active admin" in page
    assert "last active admin" in text(admin.post(f"/staff/{admin.user.id}/role", data={"role": "viewer"}), 409)
    assert admin.post(f"/staff/{admin.user.id}/suspend").status_code == 409
    assert commit(by_id, admin.user.id).role == "admin"
    with pytest.raises(Conflict):
        commit(lambda: actions.suspend(by_id(admin.user.id)))


def test_two_admins_cannot_demote_each_other_at_once(app, commit):
    pair = [commit(make_user, role="admin") for _ in range(2)]
    outcome, start = [], threading.Barrier(2)

    def demote(key):
        def act():
            user = by_id(key)
            start.wait()
            return actions.change_role(user, "viewer")

        with app.app_context():
            try:
                commit(act)
                outcome.append("done")
            except Conflict:
                outcome.append("refused")

    threads = [threading.Thread(target=demote, args=(user.id,)) for user in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["done", "refused"]
    assert db.session.scalar(sa.select(sa.func.count()).where(User.role == "admin")) == 1


def test_suspend_and_reactivate(as_user, commit):
    admin, other = as_user("admin"), as_user("editor")
    assert admin.post(f"/staff/{other.user.id}/suspend").status_code == 303
    assert other.get("/me").status_code == 302
    assert "Reactivate" in text(admin.get(f"/staff/{other.user.id}"))
    assert admin.post(f"/staff/{other.user.id}/suspend").status_code == 303  # a double click does no harm
    assert admin.post(f"/staff/{other.user.id}/reactivate").status_code == 303
    assert other.get("/me").status_code == 302  # the old session stays ended
    actions_told = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.entity_id == str(other.user.id))
    ).all()
    assert actions_told.count("staff.suspend") == 1


def test_an_admin_ends_the_sessions_of_somebody_and_nothing_else(as_user, app, commit):
    """(ASVS 7.4.5) A device that was lost: out at once, with the same password in again; one's own session stays; it is told."""
    admin, other = as_user("admin"), as_user("editor")
    here = f"/staff/{other.user.id}/sign-out"
    assert "End sessions" in text(admin.get(f"/staff/{other.user.id}"))
    assert as_user("operator").post(here).status_code == 403 and other.get("/me").status_code == 200
    assert admin.post(here).status_code == 303 and other.get("/me").status_code == 302
    assert admin.post(here).status_code == 303  # a second press ends nothing and harms nothing
    (entry,) = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "staff.revoke_others"))
    assert (entry.entity_label, entry.actor_name) == (other.user.full_name, admin.user.full_name)
    assert app.test_client().post("/sign-in", data={"email": other.user.email, "password": PASSWORD}).status_code == 303
    assert admin.post(f"/staff/{admin.user.id}/sign-out").status_code == 303 and admin.get("/me").status_code == 200


def test_an_invitation_from_link_to_home(as_user, app, commit):
    admin = as_user("admin")
    answer = admin.post("/staff/invite", data={"email": "New@Desk.example", "full_name": "", "role": "reviewer"})
    assert answer.status_code == 303
    path = link(text(admin.get("/staff")), "invite")
    guest = app.test_client()
    assert "invited as reviewer" in text(guest.get(path))
    assert "at least 12" in text(guest.post(path, data={"full_name": "Nia", "new": "short", "repeat": "short"}), 422)
    answer = guest.post(
        path, data={"full_name": "Nia Abebe", "new": NEW, "repeat": NEW, "timezone": "Africa/Addis_Ababa"}
    )
    assert answer.status_code == 303 and answer.location == "/"
    assert guest.get("/me").status_code == 200
    user = commit(by_email, "new@desk.example")
    assert (user.full_name, user.role, user.preferences["timezone"]) == ("Nia Abebe", "reviewer", "Africa/Addis_Ababa")
    assert "accepted already" in text(
        app.test_client().post(path, data={"full_name": "X", "new": NEW, "repeat": NEW}), 404
    )


def test_a_renewed_withdrawn_or_expired_invitation_is_void(as_user, client, commit):
    admin = as_user("admin")
    admin.post("/staff/invite", data={"email": "new@desk.example", "role": "viewer"})
    first = link(text(admin.get("/staff")), "invite")
    key = uuid.UUID(first.split("/")[2][:32])
    admin.post(f"/staff/invites/{key}/renew")
    second = link(text(admin.get("/staff")), "invite")
    assert first != second and "replaced" in text(client.get(first), 404)
    text(client.get(second))
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE staff_invites SET expires_at = now() - interval '1 day'"))
    text(client.get(second), 404)
    admin.post(f"/staff/invites/{key}/withdraw")
    assert admin.post(f"/staff/invites/{key}/renew").status_code == 409
    text(client.get(second), 404)


def test_inviting_again_replaces_and_members_are_not_invited(as_user):
    admin = as_user("admin")
    for _ in range(2):
        assert admin.post("/staff/invite", data={"email": "new@desk.example", "role": "viewer"}).status_code == 303
    assert text(admin.get("/staff")).count('value="http://localhost/invite/') == 1
    assert "on the staff already" in text(
        admin.post("/staff/invite", data={"email": admin.user.email.upper(), "role": "viewer"}), 422
    )
    page = text(admin.post("/staff/invite", data={"email": "no address", "full_name": "Kept", "role": "viewer"}), 422)
    assert "like mara@example.org" in page and 'value="Kept"' in page


def test_a_password_link_works_once(as_user, client, commit):
    admin, user = as_user("admin"), commit(make_user, full_name="Forgetful")
    assert admin.post(f"/staff/{user.id}/password-link").status_code == 303
    path = link(text(admin.get(f"/staff/{user.id}")), "reset")
    assert user.email in text(client.get(path))
    assert client.post(path, data={"new": NEW, "repeat": NEW}).status_code == 303
    assert client.get("/me").status_code == 200
    assert "used already" in text(client.get(path), 404)
    assert "/reset/" not in text(admin.get(f"/staff/{user.id}"))


def test_a_newer_password_link_voids_the_older_one(as_user, client, commit):
    admin, user = as_user("admin"), commit(make_user)
    admin.post(f"/staff/{user.id}/password-link")
    old = link(text(admin.get(f"/staff/{user.id}")), "reset")
    admin.post(f"/staff/{user.id}/password-link")
    text(client.get(old), 404)


def test_links_lie_in_no_table(as_user, client, commit):
    admin, user = as_user("admin"), commit(make_user)
    admin.post(f"/staff/{user.id}/password-link")
    token = link(text(admin.get(f"/staff/{user.id}")), "reset").split("/")[2]
    rows = db.session.execute(
        sa.text(
            "SELECT row_to_json(p)::text FROM password_resets p UNION ALL SELECT row_to_json(a)::text FROM audit_log a"
        )
    ).scalars()
    assert not any(token[32:] in row for row in rows)
