"""Every address × every role: who has less than its view asks for is refused by the server, whatever a page shows."""

from __future__ import annotations

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.content.models import ContentItem
from app.core.db import db
from app.lib.roles import ROLES
from app.staff.queries import by_id
from app.web.auth import PUBLIC
from tests.integration.content.test_composer import form
from tests.integration.staff.test_me import GOOD
from tests.integration.test_headers import addresses


def doors(session_app, method):
    """(address, the role that its view asks for) of all that are not public."""
    for rule in session_app.url_map.iter_rules():
        least = getattr(session_app.view_functions[rule.endpoint], "permission", PUBLIC)
        if method in (rule.methods or ()) and least != PUBLIC:
            yield next(iter(addresses(session_app, method, [rule]))), least


def test_no_role_below_the_one_it_asks_for_gets_past_any_address(app, as_user):
    """(ASVS 8.2.1, 8.3.1) Also for htmx, and by each method that an address takes. A refusal is told in the audit trail."""
    wrong, asked = {}, 0
    for place, role in enumerate(ROLES[:-1]):
        browser = as_user(role)
        for method in ("GET", "POST"):
            for path, least in doors(app, method):
                if place >= ROLES.index(least):
                    continue
                for headers in (
                    {},
                    {"HX-Request": "true", "X-Forwarded-User": "admin", "X-HTTP-Method-Override": "HEAD"},
                ):
                    answer, asked = browser.open(path, method=method, headers=headers), asked + 1
                    if answer.status_code != 403:
                        wrong[f"{role} {method} {path}"] = answer.status_code
    assert asked > 300 and wrong == {}
    told = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == "web.refused")
    assert db.session.scalar(told) == asked


def test_nobody_who_is_not_signed_in_gets_past_any_address(app):
    """(ASVS 8.2.1) Sent to sign in, and nothing of the page comes along."""
    stranger, wrong, asked = app.test_client(), {}, 0
    for method in ("GET", "POST"):
        for path, _ in doors(app, method):
            for headers in ({}, {"HX-Request": "true"}, {"Authorization": "Basic YWRtaW46YWRtaW4="}):
                answer, asked = stranger.open(path, method=method, headers=headers), asked + 1
                if answer.status_code not in (302, 303, 401):
                    wrong[f"{method} {path}"] = answer.status_code
    assert asked > 300 and wrong == {}


def test_every_page_lets_one_sign_out(app, as_user):
    """(ASVS 7.4.4) Of all pages that need a sign-in and are whole pages."""
    admin, without, seen = as_user("admin"), [], 0
    for path, _ in doors(app, "GET"):
        answer = admin.get(path)
        if answer.mimetype == "text/html" and "</html>" in answer.text and not path.startswith("/site/"):
            seen += 1
            if 'action="/sign-out"' not in answer.text:
                without.append(path)
    assert seen > 25 and without == []


def test_a_field_that_a_form_does_not_have_changes_nothing(as_user, commit):
    """(ASVS 15.3.3) What the table has and the form has not is not written, by whatever name it is sent."""
    editor = as_user("editor")
    before = commit(lambda: _columns(by_id(editor.user.id)))
    more = {
        "role": "admin",
        "email": "other@desk.example",
        "password_hash": "x",
        "is_active": "0",
        "credentials_epoch": "9",
        "totp_secret": "x",
    }
    assert editor.post("/me", data={**GOOD, **more, "user.role": "admin", "role[]": "admin"}).status_code == 303
    after = commit(lambda: _columns(by_id(editor.user.id)))
    assert after.pop("full_name") == GOOD["full_name"] and {name: after[name] for name in more} == {
        name: before[name] for name in more
    }
    sent = {"status": "approved", "approved_by": str(editor.user.id), "open_records": "9", "created_by": "x"}
    assert editor.post("/content/new", data=form(**sent)).status_code == 303
    (item,) = db.session.scalars(sa.select(ContentItem)).all()
    assert (item.status, item.approved_by, item.open_records, item.created_by) == ("draft", None, 0, editor.user.id)


def _columns(row):
    return {column.key: getattr(row, column.key) for column in sa.inspect(row).mapper.column_attrs}
