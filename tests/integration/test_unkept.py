"""Two rules of S15: what a column cannot hold is refused in one place; only a block that the view names is drawn by itself."""

from __future__ import annotations

import io
import re
import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Blueprint, make_response, request
from wtforms import StringField

from app.core.db import db
from app.core.settings import SystemConfig
from app.factory import create_app
from app.lib.errors import Conflict, Overtaken
from app.web.auth import public
from app.web.forms import Form, submit
from tests.factories import make_account, make_item, make_record, make_review
from tests.fuzz.odd import picture
from tests.fuzz.pages import blocks

bp = Blueprint("keeps", __name__)
RUN = {
    "number": "SELECT 1 WHERE 1::int = CAST(:v AS numeric)::int", "id": "SELECT CAST(:v AS text)::uuid", "day": "SELECT CAST(:v AS text)::date",
    "text": "SELECT CAST(:v AS text)", "bind": "SELECT :v", "gone": "INSERT INTO user_sessions (user_id, token_hash, expires_at) VALUES (CAST(:v AS uuid), 'x', now())",
    "twice": "INSERT INTO system_config (key, value) VALUES (:v, '1'), (:v, '1')",
}  # fmt: skip
BAD = [
    ("number", "9" * 30, 422, "larger or smaller"), ("id", "x", 422, "not there"), ("bind", "x", 422, "not there"), ("day", "2027-02-30", 422, "larger or smaller"),
    ("day", "x", 422, "larger or smaller"), ("gone", str(uuid.UUID(int=7)), 422, "not there"), ("twice", "k", 409, "saved a moment before"),
]  # fmt: skip


class Note(Form):
    note = StringField("Note")


def run():
    if request.values["what"] == "bind":
        db.session.execute(sa.select(sa.literal(request.values["v"], sa.Uuid())))
    db.session.execute(sa.text(RUN[request.values["what"]]), {"v": request.values["v"]})
    return make_response("kept")


@bp.route("/keeps", methods=["GET", "POST"])
@public
def plain():
    return run()


@bp.post("/keeps/form")
@public
def form():
    made = Note()

    def again():
        return make_response(f"<p>{made.form_errors}</p><input name=note value='{made.note.data}'>")

    return submit(made, lambda _: run(), again, then="/")


@bp.post("/keeps/<kind>")
@public
def late(kind):
    raise {"overtaken": Overtaken, "conflict": Conflict}[kind]("This is a draft. Start it first.")


@pytest.fixture
def client(app, settings):
    made = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False)
    made.register_blueprint(bp)
    with made.app_context():
        yield made.test_client()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(("what", "value", "status", "says"), BAD)
def test_what_a_column_cannot_hold_is_refused_in_words_and_what_was_typed_stays(client, what, value, status, says):
    """(S15) On a bare view, in a form, and in the address of a page."""
    data = {"what": what, "v": value, "note": "typed with care"}
    answer = client.post("/keeps", data=data)
    assert answer.status_code == status and says in answer.text
    toast = client.post("/keeps", data=data, headers={"HX-Request": "true"})
    assert toast.status_code == status and says in toast.headers["HX-Trigger"]
    kept = client.post("/keeps/form", data=data)
    assert kept.status_code == 422 and says in kept.text and "typed with care" in kept.text
    assert client.get("/keeps", query_string=data).status_code == 400
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SystemConfig)) == 0


def test_a_fault_of_ours_is_not_passed_off_as_something_typed(client):
    """(S15) A check constraint says that a verb forgot a rule: that stays a fault."""
    RUN["check"] = "INSERT INTO clock_state (id) VALUES (CAST(:v AS int))"
    with pytest.raises(sa.exc.IntegrityError):
        client.post("/keeps", data={"what": "check", "v": "7"})


def test_a_character_that_no_column_takes_is_refused_in_words_and_dropped_from_texts_and_names(client, as_user):
    """(S15) On a bare view; in the text of a form; in the name of an upload."""
    answer = client.post("/keeps", data={"what": "text", "v": "a\x00b"})
    assert answer.status_code == 422 and "characters in it that cannot be stored" in answer.text
    refused = client.post("/keeps/form", data={"what": "number", "v": "9" * 30, "note": "a\x00b"})
    assert refused.status_code == 422 and "value='ab'" in refused.text
    sent = {"picture": (io.BytesIO(picture()), "a\x00b.png")}
    assert as_user("editor").post("/content/pictures", data=sent).status_code == 201


CUT = b'--x\r\nContent-Disposition: form-data; name="v"\r\n\r\ntyped with ca'
NAMED = b'--x\r\nContent-Disposition: form-data; name="f"; filename="\xff.png"\r\n\r\nx\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("body", "kind"),
    [(CUT, "multipart/form-data; boundary=x"), (NAMED, "multipart/form-data; boundary=x"), (b"v=1", "multipart/form-data"),
     (b"v=\xff\xfe", "application/x-www-form-urlencoded")],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_said_to_be_so_and_is_no_empty_form(client, body, kind):
    """(S15) An empty form would come back refused, with everything typed gone."""
    answer = client.post("/keeps/form", input_stream=io.BytesIO(body), content_length=len(body), content_type=kind)
    assert answer.status_code == 400 and "could not read this request. Go back" in answer.text


def test_an_upload_under_the_name_of_a_text_field_is_no_text(as_user, commit):
    """(S15) The name of a field is the client's choice, and so is whether a file comes under it."""
    review = commit(make_review)
    answer = as_user("reviewer").post(f"/reviews/{review.id}/comments", data={"body": (io.BytesIO(b"GIF89a"), "g.gif")})
    assert answer.status_code == 422 and "Write something" in answer.text


@pytest.mark.parametrize("version", ["1970-01-01", "²", "1e400", "-1", "9" * 30, ""])
def test_a_hidden_number_that_is_none_is_an_old_page_and_no_fault(as_user, commit, version):
    """(S15) Campaigns and accounts carry the version that their page showed."""
    from tests.factories import make_campaign

    campaign, account = commit(make_campaign), commit(make_account, "site")
    admin = as_user("admin")
    data = {"name": "Spring", "goal": "One tank.", "lock_version": version}
    assert admin.post(f"/campaigns/{campaign.id}", data=data).status_code == 409
    assert admin.post(f"/accounts/{account.id}/rules", data={"version": version, "slots": ""}).status_code in (303, 409)


def test_no_client_chooses_which_block_of_a_page_is_drawn(as_user, commit):
    """(S15) Blocks need the context of their page; only the region that a view names comes by itself."""
    admin, item, record = as_user("admin"), commit(make_item), commit(make_record)
    own = {"/records": "results", "/content": "results"}
    for path in ("/records", "/content", f"/content/{item.id}", "/content/new", f"/records/{record.id}", "/me"):
        for block in blocks():
            answer = admin.get(path, headers={"HX-Request": "true", "HX-Target": block})
            is_whole = re.match(r"\s*<!doctype html>", answer.text, re.IGNORECASE) is not None
            assert answer.status_code == 200 and is_whole == (own.get(path) != block), (path, block)


def test_a_part_that_only_htmx_asks_for_is_a_part_for_everybody(as_user):
    """(S15) The previews lack what the whole composer needs."""
    answer = as_user("editor").post("/content/preview", data={"title": "A", "body": "B"})
    assert answer.status_code == 200 and "<html" not in answer.text


def test_somebody_was_first_only_where_somebody_was(client, as_user, commit):
    """(S15) Any other refusal of this kind says that things stand otherwise, and why."""
    overtaken, other = client.post("/keeps/overtaken"), client.post("/keeps/conflict")
    taken = commit(make_review, status="approved")
    late = as_user("reviewer").post(f"/reviews/{taken.id}/decisions", data={"decision": "approve"})
    assert late.status_code == 409 and "first" in late.text
    assert overtaken.status_code == other.status_code == 409
    assert "Somebody was first" in overtaken.text and "cannot be done" not in overtaken.text
    assert "Somebody was first" not in other.text and "Start it first." in other.text
    assert "This cannot be done as things stand" in other.text, "signed out, too"


def test_publishing_for_a_draft_campaign_says_that_it_is_a_draft_and_what_to_do(as_user, commit):
    """(S15) Nobody was first there."""
    from tests.factories import make_campaign

    account, campaign = commit(make_account, "site"), commit(make_campaign, status="draft")
    item = commit(make_item, status="approved", accounts=(account,), campaign_id=campaign.id)
    data = {"accounts": [str(account.id)], "timing": "now", "priority": "0", "timezone": "UTC"}
    answer = as_user("operator").post(f"/content/{item.id}/publish", data=data)
    assert answer.status_code == 409 and "is a draft" in answer.text and "Start it on its page first" in answer.text
    assert (
        "Somebody was first" not in answer.text
        and "over theirs" not in answer.text
        and "Nothing was changed." in answer.text
    )


@pytest.mark.parametrize("said", ["unknown", "1.2.3.4:80", "fe80::1%eth0", "_hidden", "x" * 3000])
def test_whatever_a_proxy_calls_the_caller_people_sign_in(settings, app, commit, said):
    """(S15) The session keeps an address where there is one; RFC 7239 lets a proxy say “unknown”."""
    from tests.factories import PASSWORD, make_user

    user = commit(make_user)
    made = create_app(replace(settings, proxies=1), TESTING=True, WTF_CSRF_ENABLED=False)
    with made.app_context():
        data = {"email": user.email, "password": PASSWORD}
        answer = made.test_client().post("/sign-in", data=data, headers={"X-Forwarded-For": said})
        db.session.remove()
        db.engine.dispose()
    assert answer.status_code == 303


ENDS = ("0001-01-01T00:00", "9999-12-31T23:59")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_ends_of_the_calendar_are_no_fault_in_any_zone(as_user, commit, zone):
    """(S15) They have no counterpart in UTC, or in another zone."""
    from tests.factories import make_campaign, make_user

    account = commit(make_account, "site")
    draft, ready = commit(make_item), commit(make_item, status="approved", accounts=(account,))
    desk = as_user(commit(make_user, "operator", preferences={"timezone": zone}))
    campaign, admin = commit(make_campaign), as_user("admin")
    for end in ENDS:
        day, hour = end.split("T")
        asked = desk.post(
            "/reviews", data={"content_id": draft.id, "artifact_id": draft.current_version_id, "due_at": end}
        )
        assert asked.status_code == 422
        assert desk.get(f"/content/{ready.id}/publish", query_string={"slot": end + ":00-12:00"}).status_code == 200
        assert desk.get(f"/content/{ready.id}/publish", query_string={"slot": end + ":00+14:00"}).status_code == 200
        assert desk.get("/calendar", query_string={"date": day, "view": "week"}).status_code == 200
        data = {
            "accounts": [str(account.id)],
            "timing": "later",
            "on": day,
            "at": hour,
            "timezone": zone,
            "priority": "0",
        }
        assert desk.post(f"/content/{ready.id}/publish", data=data).status_code == 422
        data = {"name": "A", "goal": "B", "start_time": end, "end_time": end, "zone": zone, "lock_version": "1"}
        assert admin.post(f"/campaigns/{campaign.id}", data=data).status_code == 422
        plan = {
            "title": "A",
            "body": "B",
            "plan_on": day,
            "plan_at": hour,
            "plan_zone": zone,
            "base": draft.current_version_id,
        }
        assert desk.post(f"/content/{draft.id}/edit", data=plan).status_code == 422
