"""Links are mailed where SMTP_URL is set, at most once, and the page says what came of it. A real server on loopback."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace

import pytest

from app.core.db import db
from app.core.queue import queue_length
from app.core.transactions import transaction
from app.staff import mail as staff_mail
from app.staff.models import StaffInvite
from tests.factories import make_user
from tests.unit.outbound.server import Raw
from tests.unit.outbound.test_mail import smtp

ADDRESS = "nia@desk.example"
SIGNS_IN = {b"EHLO": b"250-mail.test\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 welcome\r\n"}


@pytest.fixture
def post(app, monkeypatch):
    """`post(replies)`: the desk sends its mail to a server that answers so; returns what the server is given."""
    servers: list[Raw] = []

    def on(replies=None):
        got: list[bytes] = []
        servers.append(Raw(smtp(SIGNS_IN | (replies or {}), got)).__enter__())
        url = f"smtp://desk%40example.org:mail-canary@127.0.0.1:{servers[-1].port}"
        monkeypatch.setitem(app.config, "ENVIRONMENT", replace(app.config["ENVIRONMENT"], smtp_url=url))
        return got

    yield on
    for server in servers:
        server.__exit__()


@pytest.fixture
def somebody(commit):
    return commit(make_user, full_name="Mara Voss", email="mara@desk.example", role="reviewer")


def invited(as_user):
    admin = as_user("admin")
    answer = admin.post("/staff/invite", data={"email": ADDRESS, "role": "editor", "full_name": "Nia"})
    assert answer.status_code == 303
    return admin


def staff_page(admin):
    return admin.get("/staff").get_data(as_text=True)


def letter(got):
    """The mail as its reader sees it: headers and text."""
    lines = b"".join(got).partition(b"data\r\n")[2].partition(b"\r\n.\r\n")[0]
    return email.message_from_bytes(lines, policy=email.policy.default)


def test_an_invitation_is_mailed_once_and_its_link_works(as_user, client, post):
    got = post()
    admin = invited(as_user)
    assert queue_length("default") and "Its mail is on the way" in staff_page(admin)
    assert staff_mail.mail_links() == 1
    mail = letter(got)
    assert (mail["To"], mail["From"]) == (ADDRESS, "Pressroom <desk@example.org>")
    link = re.search(r"http://\S+?(/invite/\w+)", mail.get_content())[1]
    assert link in staff_page(admin) and "Mailed" in staff_page(admin)
    assert client.get(link).status_code == 200
    assert staff_mail.mail_links() == 0


def test_a_new_link_is_mailed_anew(as_user, post):
    got = post()
    admin = invited(as_user)
    staff_mail.mail_links()
    admin.post(re.search(r"/staff/invites/[\w-]+/renew", staff_page(admin))[0])
    assert staff_mail.mail_links() == 1 and b"".join(got).count(b"Subject:") == 2


def test_a_password_link_is_mailed(as_user, somebody, post):
    got, admin = post(), as_user("admin")
    assert admin.post(f"/staff/{somebody.id}/password-link").status_code == 303
    assert staff_mail.mail_links() == 1
    assert letter(got)["To"] == somebody.email and "/reset/" in letter(got).get_content()
    assert "Mailed" in admin.get(f"/staff/{somebody.id}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("replies", "said"),
    [({b"RCPT": b"550 no such box\r\n"}, "no such box"), ({b"DOT": b""}, "may have arrived all the same")],
)
def test_what_went_wrong_stands_beside_the_link(as_user, post, replies, said):
    post(replies)
    admin = invited(as_user)
    assert staff_mail.mail_links() == 0
    page = staff_page(admin)
    assert (
        "mail-canary" not in page and "Not mailed:" in page and said in page and "Hand the link over yourself." in page
    )
    assert staff_mail.mail_links() == 0


def test_a_worker_that_dies_on_the_way_mails_nothing_twice(as_user, post, monkeypatch):
    got = post()
    admin = invited(as_user)
    monkeypatch.setattr(staff_mail, "_note", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        staff_mail.mail_links()
    monkeypatch.undo()
    post()
    assert staff_mail.mail_links() == 0 and b"".join(got).count(b"Subject:") == 1
    assert staff_mail.INTERRUPTED in staff_page(admin)


def test_without_a_mail_server_nothing_waits_for_one(as_user, app):
    admin = invited(as_user)
    assert staff_mail.mail_links() == 0 and "mail is on the way" not in staff_page(admin)
    row = transaction(lambda: db.session.scalars(db.select(StaffInvite)).one())
    assert (row.mailed_at, row.mail_error) == (None, None)


@pytest.mark.parametrize("ended", ["revoked_at = now()", "expires_at = now() - interval '1 s'"])
def test_a_link_that_works_no_more_is_not_mailed(as_user, post, owner, ended):
    """Withdrawn or expired before the worker came to it."""
    invited(as_user)
    with owner.begin() as connection:
        connection.exec_driver_sql(f"UPDATE staff_invites SET {ended}")
    got = post()
    assert (staff_mail.mail_links(), got) == (0, [])


def test_old_links_are_not_dug_out(as_user, post, app, owner):
    invited(as_user)
    old = "UPDATE staff_invites SET updated_at = now() - interval '2 hours'"
    with owner.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(old)
    post()
    assert staff_mail.mail_links() == 0
