"""A remote account that is connected again: the pages say so, and nothing goes there twice unasked (D14)."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts import actions, queries, services
from app.accounts.connect_input import ConnectInput
from app.core.db import db
from app.core.transactions import transaction
from app.lib import clock
from app.platforms.base import Verified
from app.publishing.models import PublishJob, PublishRecord
from tests.factories import make_account, make_item, make_record, make_review
from tests.integration.reviews.test_queue_page import fields

PLACE, ROOT = "mastodon:social.example:109", {"instance": "https://social.example"}


@pytest.fixture
def pair(commit: Any) -> list[Any]:
    names = ("Aqua desk", "水族 <desk>")
    settings = {"configuration": ROOT, "account_id": "109", "remote_account": PLACE}
    return [commit(make_account, "mastodon", name=name, **settings) for name in names]


def text(answer: Any) -> str:
    found: str = answer.get_data(as_text=True)
    return found


def test_connecting_an_account_again_says_so(as_user: Any, commit: Any) -> None:
    """(D14) After connecting, on its page, on the other's page and in the list; of a disconnected one nothing is said."""
    first = commit(make_account, "mastodon", name="Aqua desk", configuration=ROOT)
    commit(actions.settle_check, first.id, Verified("109", "@desk@social.example", configuration=ROOT))
    typed = ConnectInput("mastodon", "Other name", {"access_token": "Zq8mK2vTx7LpR4wN9sYb"}, ROOT)
    second = commit(actions.connect, typed)
    commit(actions.settle_check, second.id, Verified("109", "@desk@social.example", configuration=ROOT))
    db.session.expire_all()
    assert queries.list_ids_at_place(first.id) == sorted([first.id, second.id])
    assert (
        "Already connected as “Aqua desk”: posts count together." in queries.by_id(second.id).meta["check"]["message"]
    )
    desk = as_user("operator")
    assert "Already connected as Aqua desk" in text(desk.get(f"/accounts/{second.id}"))
    assert "Already connected as Other name" in text(desk.get(f"/accounts/{first.id}"))
    assert text(desk.get("/accounts")).count("posts count together") == 2
    commit(lambda: actions.disconnect(queries.by_id(second.id)))
    assert "posts count together" not in text(desk.get(f"/accounts/{first.id}")) + text(desk.get("/accounts"))


def test_an_account_that_stands_alone_is_left_in_peace(as_user: Any, commit: Any) -> None:
    """(D14) Sites and sandboxes are no place in the world."""
    one, other = commit(make_account, "sandbox"), commit(make_account, "sandbox")
    for account in (one, other):
        commit(actions.settle_check, account.id, Verified("sandbox", "Sandbox"))
    assert queries.accounts_at_same_place(queries.by_id(one.id)) == []
    assert "posts count together" not in text(as_user("operator").get("/accounts"))


def test_the_publish_page_asks_for_one_of_two_names(as_user: Any, commit: Any, pair: list[Any]) -> None:
    """(D14) Refused on the server, with what was ticked kept; the box that is meant lets it pass."""
    item, desk = commit(make_item, status="approved"), as_user("operator")
    where = f"/content/{item.id}/publish"
    page = text(desk.get(where))
    assert page.count("The same place as") == 2 and 'name="confirm_same_place"' in page and "<desk>" not in page
    form = {"timing": "now", "timezone": "UTC", "priority": "0", "accounts": [a.id for a in pair]}
    refused = desk.post(where, data=form)
    assert refused.status_code == 422 and "are the same place on Mastodon" in text(refused)
    assert text(refused).count(" checked") >= 2 and db.session.scalar(sa.select(sa.func.count(PublishJob.id))) == 0
    assert desk.post(where, data={**form, "accounts": [pair[0].id]}).status_code == 303
    other = commit(make_item, status="approved")
    sent = desk.post(f"/content/{other.id}/publish", data={**form, "confirm_same_place": "y"})
    assert sent.status_code == 303, text(sent)


def test_one_account_ticked_twice_is_one(as_user: Any, commit: Any, pair: list[Any]) -> None:
    """(D14) A form that names the same id twice."""
    item = commit(make_item, status="approved")
    form = {"timing": "now", "timezone": "UTC", "priority": "0", "accounts": [pair[0].id, pair[0].id]}
    assert as_user("operator").post(f"/content/{item.id}/publish", data=form).status_code == 303
    assert len(transaction(lambda: db.session.scalars(sa.select(PublishRecord.id)).all())) == 1


def test_the_composer_says_that_two_names_are_one_place(as_user: Any, commit: Any, pair: list[Any]) -> None:
    """(D14)"""
    item = commit(make_item, accounts=pair)
    page = text(as_user("editor").get(f"/content/{item.id}/edit"))
    assert page.count("are the same place: tick only one of them.") == 1


def test_approving_a_plan_for_two_names_of_one_place_says_what_to_do(
    as_user: Any, commit: Any, pair: list[Any]
) -> None:
    """(D14) The decision is not half done: no approval and no job."""
    at = clock.now() + timedelta(hours=4)
    made = commit(lambda: make_review(make_item(accounts=pair, at=at), status="pending"))
    desk = as_user("operator")
    page = text(desk.get(f"/reviews/{made.id}"))
    answer = desk.post(f"/reviews/{made.id}/decisions", data={**fields(page), "schedule": "1"})
    assert answer.status_code == 422 and "Choose one of them" in text(answer)
    assert db.session.scalar(sa.select(sa.func.count(PublishJob.id))) == 0


def test_a_post_that_another_record_has_is_no_answer(as_user: Any, commit: Any, pair: list[Any]) -> None:
    """(D14) "It is there" with the link of the other name's post."""
    link = "https://social.example/@desk/77"
    commit(make_record, "success", "mastodon", account=pair[0], remote_account=PLACE, platform_post_id="77")
    asked = commit(make_record, "unknown", "mastodon", account=pair[1], remote_account=PLACE)
    desk = as_user("operator")
    answer = desk.post(f"/records/{asked.id}/answer", data={"answer": "there", "link": link})
    assert answer.status_code == 422 and "Another record has this post already" in text(answer)
    answer = desk.post(f"/records/{asked.id}/answer", data={"answer": "there", "link": link.replace("77", "78")})
    assert answer.status_code == 303


class _Instance(BaseHTTPRequestHandler):
    """Says whose token it is: the last letters of the token are the id."""

    def do_GET(self) -> None:
        number = self.headers.get("Authorization", "")[-3:]
        body = json.dumps({"id": number, "acct": f"desk{number}", "url": "https://social.example/@desk"}).encode()
        self.send_response(200 if self.path.endswith("accounts/verify_credentials") else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


def test_from_the_form_to_the_answer_of_a_server(as_user: Any, app: Any) -> None:
    """(D14) Two tokens of one account, its server written in two ways, and one of another account there. (S3) Then the first
    is reconnected with the other's token: it stays what it was."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Instance)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    desk, at = as_user("operator"), f"127.0.0.1:{server.server_port}"

    def connect(name: str, address: str, token: str) -> Any:
        form = {"name": name, "config_instance": address, "secret_access_token": token}
        assert desk.post("/accounts/connect/mastodon", data=form).status_code == 303
        account = queries.by_name("mastodon", name)
        services.verify(account.id)
        db.session.expire_all()
        return queries.by_id(account.id)

    try:
        one = connect("One", f"http://{at}", "first-token-0123456789-109")
        two = connect("Two", f"HTTP://{at}/@desk109/", "other-token-0123456789-109")
        three = connect("Three", f"http://{at}", "third-token-0123456789-110")
        assert one.remote_account == two.remote_account == f"mastodon:{at}:109" != three.remote_account
        assert queries.accounts_at_same_place(one) == [two] and queries.accounts_at_same_place(three) == []
        form = {"name": "One", "config_instance": f"http://{at}", "secret_access_token": "third-token-0123456789-110"}
        assert desk.post(f"/accounts/{one.id}/reconnect", data=form).status_code == 303
        services.verify(one.id)
        db.session.expire_all()
        assert queries.by_id(one.id).status == "invalid"
        assert queries.by_id(one.id).remote_account == f"mastodon:{at}:109"
    finally:
        server.shutdown()
        server.server_close()
