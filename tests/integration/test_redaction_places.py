"""(S12) Wherever a platform's, a mail server's or an exception's words are kept, no secret is left in them."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import httpx
import pytest
import sqlalchemy as sa
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from app.audit.actions import record
from app.audit.models import AuditEntry
from app.core import queue
from app.core.db import db
from app.core.worker_job import WorkerJob
from app.lib import redact
from app.outbound.guard import WireError
from app.outbound.redacted_copies import request_copy, response_copy
from app.platforms.connector import redact_answer
from app.platforms.post import UnsealedAccount
from app.platforms.results import Candidate, Doubt, Found, Refused, Verdict
from app.staff import mail
from app.staff.models import StaffInvite
from tests.integration.test_strange_jobs import work
from tests.unit.lib.secrets import ENCODINGS, is_left, opaque, shaped
from tests.unit.outbound.server import Raw
from tests.unit.outbound.test_mail import smtp

SOME = [*shaped()[::9], *opaque()[::4]]


def said(encoding, secrets):
    """What an evil or careless server answers."""
    return "\n".join(f"no: <{ENCODINGS[encoding](secret)}> is not known, ask again" for secret in secrets)


def leaks(text, secrets):
    return [secret for secret in secrets if is_left(text, secret)]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_in_the_copies_of_an_attempt_and_the_words_of_an_answer(encoding):
    """(S12) Request and answer as they are stored: address, headers, body (JSON, a form, text), error; and the verdict."""
    for secret in SOME:
        text = said(encoding, [secret])
        line = ENCODINGS[encoding](secret).partition("\n")[0].rstrip("=\r")  # a header has one line
        kept = []
        for kind, body in (
            ("application/json", json.dumps({"error": text, "echo": [text], text: 1})),
            ("text/html", f"<p>{text}</p>"),
            ("application/json", json.dumps({"error": text})[:-2]),
        ):
            kept.append(
                response_copy(
                    422, {"content-type": kind, "x-echo": line}, body.encode(), [secret], WireError("truncated", text)
                )
            )
        request = httpx.Request(
            "POST",
            "https://host.example/in",
            params={"q": secret},
            data={"status": secret},
            headers={"Authorization": f"Bearer {secret.encode().hex()}"},
        )
        kept.append(request_copy(request, [secret]))
        account = UnsealedAccount("webhook", "A", secrets={"token": secret})
        kept.append(
            repr(
                [
                    redact_answer(Verdict("no", message=text, error_type="platform_error"), account).message,
                    redact_answer(Refused(text, error_type="x"), account).message,
                ]
            )
        )
        assert (
            leaks(
                "\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in kept),
                [secret],
            )
            == []
        )


SECRET = "q7Zk-PpW9_vR2mTn4LxYb81c"
ACCOUNT = UnsealedAccount("webhook", "A", secrets={"token": SECRET})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("secret", [SECRET, "岩组水景石头苔藓溪流"])
@pytest.mark.parametrize("charset", [True, False])
def test_in_an_answer_in_wide_letters(encoding, secret, charset):
    """(S12) Searched with its NULs and stored without them it would stand there in clear."""
    kind = f"application/json; charset={encoding}" if charset else "application/json"
    for written in (f'{{"error":"no {secret}"}}', f'{{"error":"no {secret}'):
        copy = response_copy(422, {"content-type": kind}, written.encode(encoding), [secret], None)
        kept = redact_answer(Verdict("no", message="x", error_type="platform_error", response=copy), ACCOUNT)
        assert secret not in repr(kept.response)
        assert "error" in kept.response["body"] and redact.MARK in kept.response["body"]


@pytest.mark.parametrize("broken", ["\r", "\t", "\r\n"])
def test_in_a_form_broken_by_what_urlsplit_drops(broken):
    """(S12) urlsplit() puts the secret together after the search said that nothing is there."""
    body = f"a={SECRET[:7]}{broken}{SECRET[7:14]}{broken}{SECRET[14:]}".encode()
    kept = response_copy(200, {"content-type": "application/x-www-form-urlencoded"}, body, [SECRET], None)
    assert kept["body"] == "a=[redacted]"
    nothing = redact.prepare([SECRET])._replace(anything=False)
    assert redact.url(f"https://h.example/?{body.decode()}", nothing).endswith("?a=[redacted]")


def test_in_the_name_of_a_header():
    """(S12) Names were kept as they came."""
    kept = response_copy(200, {f"x-{SECRET.lower()}": "1", "x-other": "2"}, b"", [SECRET], None)
    assert kept["headers"] == {"x-[redacted]": "1", "x-other": "2"}


@pytest.mark.parametrize(
    "answer",
    [
        Verdict("yes", post_id="1", url=f"https://h.example/p?access_token={SECRET}"),
        Verdict("yes", post_id="1", remarks=(f"echo {SECRET}",)),
        Verdict("yes", post_id="1", evidence={"a": [SECRET]}, request_id=SECRET),
        Verdict("yes", post_id=f"at://x/{SECRET}"),
        Verdict("no", missing=SECRET, error_type="platform_error"),
        Found("1", others=(Found("2", url=SECRET), Found(SECRET)), evidence={"a": SECRET}),
        Found(SECRET),
        Doubt("it is nearly so", (Candidate("1", SECRET, SECRET, differs=(SECRET,)), Candidate(SECRET))),
    ],
)
def test_in_no_word_of_an_answer(answer):
    """(S12) Address, remarks, ids and all that looks keep."""
    assert SECRET not in repr(redact_answer(answer, ACCOUNT))


def test_a_post_whose_id_is_not_kept_is_no_success_and_no_failure():
    """(S12) Neither sent again nor taken for a post that could be found by its id: a look, or a person, decides."""
    kept = redact_answer(Verdict("yes", post_id=SECRET, http_status=201, matched_by="status:201"), ACCOUNT)
    assert (kept.outcome, kept.post_id, kept.http_status) == ("unknown", "", 201)
    assert isinstance(redact_answer(Found(SECRET), ACCOUNT), Doubt)
    short = UnsealedAccount("webhook", "A", secrets={"pin": "1234"})
    assert redact_answer(Verdict("yes", post_id="111234567"), short).outcome == "yes"


def test_what_confirm_needs_and_what_holds_no_secret_stays(monkeypatch):
    """A secret of the process may be a word of an address; what was accepted is looked for by its evidence."""
    monkeypatch.setattr(redact, "_always", ())
    redact.remember(["pressroom"])
    told = Verdict("accepted", post_id="pressroom-1", url="https://pressroom.example/1", evidence={"token": "t-1"})
    assert redact_answer(told, ACCOUNT) is told


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_in_the_audit_and_on_its_page(app, commit, as_user, monkeypatch, encoding):
    """(S12) Error and note of an entry; the page shows what is stored."""
    monkeypatch.setattr(redact, "_always", ())
    redact.remember(SOME)
    text = said(encoding, SOME)[:1900]
    commit(lambda: record("web.refused", error=text, note=text, changes={"said": [text, {"deep": text}]}))
    row = commit(lambda: db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "web.refused")))
    page = as_user("admin").get("/audit").text
    assert leaks(f"{row.error_message}\n{row.output_summary}\n{json.dumps(row.changes)}\n{page}", SOME) == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_in_what_is_kept_of_a_failed_job_and_in_the_log(app, monkeypatch, caplog, commit, encoding):
    """(S12) RQ keeps an exception for a day, and logs it."""
    monkeypatch.setattr(redact, "_always", ())
    redact.remember(SOME)

    def fail():
        raise RuntimeError(said(encoding, SOME))

    monkeypatch.setitem(queue.JOBS, "probe.fail", queue._Registered(fail, "publish", 60))
    with caplog.at_level(logging.DEBUG):
        commit(queue.enqueue, "probe.fail")
        work("publish")
    (job_id,) = FailedJobRegistry("publish", connection=queue.worker_client()).get_job_ids()
    job = WorkerJob.fetch(job_id, connection=queue.worker_client(), serializer=JSONSerializer)
    kept = job.latest_result().exc_string
    assert "RuntimeError: no: <" in kept
    stored = b"".join(queue.worker_client().hgetall(f"rq:job:{job_id}").values()).decode("utf-8", "replace")
    assert leaks(f"{kept}\n{stored}\n{caplog.text}", SOME) == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_in_what_a_mail_server_said(app, commit, as_user, monkeypatch, encoding):
    """(S12) It repeats the password it was sent; the row, the audit and the staff page keep its words."""
    password = "q7Zk0pVn3xTr9LwY"
    echo = ENCODINGS[encoding](password).replace("\r\n", " ").replace("\n", " ").encode()
    both = ENCODINGS["base64"](f"\0desk@example.org\0{password}").encode()
    replies = {b"EHLO": b"250-mail.test\r\n250 AUTH PLAIN\r\n", b"AUTH": b"535 bad: " + echo + b" or " + both + b"\r\n"}
    got: list[bytes] = []
    with Raw(smtp(replies, got)) as server:
        url = f"smtp://desk%40example.org:{password}@127.0.0.1:{server.port}"
        monkeypatch.setitem(app.config, "ENVIRONMENT", replace(app.config["ENVIRONMENT"], smtp_url=url))
        admin = as_user("admin")
        admin.post("/staff/invite", data={"email": "nia@desk.example", "role": "editor", "full_name": "Nia"})
        mail.mail_links()
    row = commit(lambda: db.session.scalar(sa.select(StaffInvite)))
    entry = commit(lambda: db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "staff.not_mailed")))
    assert "bad:" in row.mail_error
    assert leaks(f"{row.mail_error}\n{entry.output_summary}\n{admin.get('/staff').text}", [password]) == []


def test_the_desk_tells_its_own_secrets_to_redaction(app, settings):
    """(S12) Keys and passwords of servers, from the start."""
    for secret in settings.secrets:
        assert redact.text(f"it said {secret} twice") == "it said [redacted] twice"
    urls = replace(settings, database_url="postgresql://u:p%40ss-word-1@h/d", smtp_url="smtp://u:mail-canary-7@h")
    assert {"p@ss-word-1", "mail-canary-7"} <= set(urls.secrets)
