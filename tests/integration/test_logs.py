"""What stands in logs: no value of the database, no secret of an address, whoever wrote the line."""

from __future__ import annotations

import io
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
import sqlalchemy as sa
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.exc import IntegrityError

from app.core import queue
from app.core.db import db
from app.core.transactions import autonomous, transaction
from app.core.worker_job import WorkerJob
from app.environment import ROOT
from app.factory import create_app
from app.lib import logs
from app.web.secret_links import SECRET_ARGUMENTS, secret_rules
from app.worker.rq_workers import InProcessWorker
from tests.factories import make_user

CANARY = "canary-Zx81QpLm0token"
PLAIN = {  # arguments that open nothing to somebody who is not let in anyway
    "account_id", "asset_id", "campaign_id", "content_id", "decision", "filename", "hold_id", "invite_id", "item_id", "job_id",
    "key", "kind", "move", "notice_id", "number", "record_id", "request_id", "session_id", "sha256", "slug", "user_id", "version_id",
    "view_id", "version", "place", "name", "page",
}  # fmt: skip


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, as a handler writes it in a process of ours."""
    logs.install()
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(before)


def double(canary: str = CANARY) -> None:
    """The database refuses, and quotes the value."""
    user = make_user("editor", email=f"{canary}@example.org".lower())
    again = sa.text("INSERT INTO users (username, email, full_name, role) VALUES (:name, :mail, :mail, 'editor')")
    db.session.execute(again, {"name": f"{canary}2", "mail": user.email})


def test_every_argument_of_an_address_is_known_to_be_a_name_or_a_secret(session_app):
    """(S13) A new page cannot bring a secret in an address that nobody hides."""
    found = {name for rule in session_app.url_map.iter_rules() for name in rule.arguments}
    assert found - SECRET_ARGUMENTS - PLAIN == set()
    assert secret_rules(session_app) == ["/invite/<token>", "/reset/<token>"]


def places(rule: str) -> list[str]:
    """Where such an address is found in a text."""
    path = rule.replace("<token>", CANARY)
    return [
        path, f"{path}?next=/", f"https://desk.example.org{path}", f"GET {path} HTTP/1.1", f"/sign-in?next={quote(path, safe='')}",
        f"('{path}', 5)", f'{{"url": "{path}"}}', f"“{path}”", f"{path}\n{path}",
    ]  # fmt: skip


def test_a_token_in_an_address_is_in_no_line(session_app, written):
    """(S13) All rules of the URL map that carry one, in every place such an address stands."""
    log = logging.getLogger("gunicorn.access")
    log.setLevel(logging.INFO)
    for rule in secret_rules(session_app):
        for text in places(rule):
            log.info("%s", text)
            log.info('"%(r)s" %(s)s', {"r": text, "s": 200})
            log.info("%s", quote(text))  # encoded once more
    for odd in (f"//reset//{CANARY}", f"/reset/%63{CANARY}", f"/reset%2f{CANARY}", f"/invite/{CANARY}/"):
        log.info("GET %s HTTP/1.1", odd)
    log.info("GET /x?token=%s&a=1&api_key=%s HTTP/1.1", CANARY, CANARY)
    assert CANARY not in written.getvalue() and "[redacted]" in written.getvalue() and "a=1" in written.getvalue()


@pytest.mark.parametrize("rule", ["/invite/<token>", "/reset/<token>"])
@pytest.mark.parametrize("fault", ["own", "database"])
def test_a_fault_behind_such_a_link_leaves_no_token(app, settings, written, monkeypatch, rule, fault):
    """(S13) Traceback, page and trail; the view breaks with the address in its words."""
    session_app = create_app(settings, WTF_CSRF_ENABLED=False)
    path = rule.replace("<token>", CANARY)
    endpoint, arguments = session_app.url_map.bind("localhost").match(path)

    def broken(token):
        if fault == "database":
            db.session.execute(sa.text("SELECT 1 FROM no_such_table WHERE name = :name"), {"name": token})
        raise RuntimeError(f"nothing at http://localhost{path}") from ValueError(f"{path} broke")

    broken.permission = "public"
    monkeypatch.setitem(session_app.view_functions, endpoint, broken)
    with session_app.app_context():
        page = session_app.test_client().get(path)
        assert page.status_code == 500
        text = transaction(lambda: str(db.session.execute(sa.text("SELECT to_jsonb(l)::text FROM audit_log l")).all()))
        db.engine.dispose()
    log = written.getvalue()
    assert "Traceback" in log and "fault in GET" in log
    for place in (log, page.get_data(as_text=True), text):
        assert CANARY not in place and CANARY.lower() not in place


def test_an_error_of_the_database_says_where_and_not_what(app, written):
    """(S13) `hide_parameters` hides what was sent; what the database quotes of it is hidden, too, on each engine."""
    for run in (transaction, autonomous):
        with pytest.raises(IntegrityError) as caught:
            run(double)
        assert "hide_parameters" in str(caught.value)
        try:
            raise RuntimeError("while saving") from caught.value
        except RuntimeError:
            logging.getLogger("app.trial").exception("it broke")
    log = written.getvalue()
    assert CANARY not in log and CANARY.lower() not in log
    assert "UniqueViolation" in log and "SQLSTATE 23505" in log and "constraint" in log and "test_logs.py" in log


def test_a_job_that_fails_leaves_no_value_in_redis_or_log(app, written):
    """(S13) RQ keeps the traceback of a failed job for a day."""

    def fails():
        transaction(double)

    queue.job("trial.fails")(fails)
    transaction(lambda: queue.enqueue("trial.fails"))
    how = {"connection": queue.worker_client(), "serializer": JSONSerializer, "job_class": WorkerJob}
    line = [Queue("default", **how)]
    worker = InProcessWorker(line, **how)
    worker.work(burst=True, logging_level="WARNING")
    del queue.JOBS["trial.fails"]
    (job_id,) = line[0].failed_job_registry.get_job_ids()
    kept = line[0].fetch_job(job_id).latest_result().exc_string
    assert "SQLSTATE 23505" in kept and "test_logs.py" in kept
    for place in (kept, written.getvalue()):
        assert CANARY not in place and CANARY.lower() not in place


def test_the_servers_own_log_names_no_value(servers, app, settings, owner):
    """(S13) The embedded server's log is a file like ours."""
    with owner.connect() as connection:
        assert connection.scalar(sa.text("SHOW log_error_verbosity")) == "terse"
        assert connection.scalar(sa.text("SHOW log_parameter_max_length_on_error")) == "0"


def test_a_message_is_one_line_whatever_it_quotes(written):
    """(S10, S13) A line break in a name does not begin a line of its own; nor does one in an error's words."""
    name = "a\nb\r2026-01-01 00:00:00,000 INFO pressroom.audit.seals forged\u2028c\x1b[31m\x00"
    logging.getLogger("app.trial").warning("file %s", name)
    try:
        raise ValueError(name)
    except ValueError:
        logging.getLogger("app.trial").exception("broke")
    lines = [line for line in written.getvalue().splitlines() if "forged" in line]
    assert lines and all(not line.startswith("2026-01-01") for line in lines) and "\x1b" not in written.getvalue()


BAD_LINES = {
    "slashes": "/" * 8000, "encoded slashes": "%2F" * 2700, "twice encoded": "%252f" * 1600, "both": "/%2F" * 2000, "words": "/reset" * 1350,
    "slashes and words": "/reset" + "/" * 8000, "parameters": "?token" * 1350, "a long one": "?token=" + "x" * 8000, "percents": "%25" * 2700,
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_LINES)
def test_a_line_that_anybody_may_send_costs_nothing(session_app, written, what):
    """(S8) gunicorn logs a bad request line of 8 kB as a warning: reading it stopped a process for 4 s. As an error, which may be
    longer, it costs no more."""
    begun = time.process_time()
    logging.getLogger("gunicorn.error").warning("Invalid HTTP request line: %r", BAD_LINES[what])
    logs.clean(BAD_LINES[what])
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("start", ["/", "//", "%2F", "%252f%2F", "/" * 500, "x/"])
def test_a_token_behind_many_slashes_is_hidden(session_app, start):
    """(S13) The first slash is looked for alone; what stands before it changes nothing."""
    for between in ("/", "//", "%2F", "%25252F/"):
        assert CANARY not in logs.clean(f"GET {start}reset{between}{CANARY} HTTP/1.1")


def test_a_message_is_short_and_says_what_is_missing(written):
    """(S8) Whoever is quoted; errors are ours and may be long."""
    for write in (logging.getLogger("gunicorn.error").warning, logging.getLogger("app.trial").error):
        write("said %s.", "x " * 4000)
    short, long = written.getvalue().splitlines()
    kept, _, missing = short.partition(" gunicorn.error ")[2].partition("… [")
    assert len(short) < logs.LONGEST_QUOTE + 100 and len(kept) + int(missing.split()[0]) == 8006
    assert long.endswith("x .")


@pytest.mark.parametrize("at", [1600, *range(1940, 2004, 4)])
def test_a_secret_on_the_edge_of_what_is_kept_is_not_kept_by_half(written, at):
    """(S13) A pattern does not know the first half of it."""
    secret = f"https://person:{CANARY}@example.org"
    logging.getLogger("app.trial").warning("%s%s %s", "x " * (at // 2), secret, "y " * 1000)
    assert CANARY[:6] not in written.getvalue()


def test_a_line_with_a_dict_is_written(written):
    logging.getLogger("app.trial").warning("dict %(a)s", {"a": CANARY[:3]})
    assert "dict can" in written.getvalue()


class Wordless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_an_error_without_words_and_a_group_of_them_are_drawn():
    assert "Wordless: (its words cannot be had)" in logs.format_traceback(Wordless())
    found = logs.format_traceback(BaseExceptionGroup("two", [ValueError(f"/reset/{CANARY}"), Wordless()]))
    assert "ValueError: /reset/[redacted]" in found and "Wordless" in found and CANARY not in found


@pytest.mark.parametrize("count", [30])
def test_a_ring_of_causes_ends(count):
    first: BaseException = ValueError("0")
    error = first
    for n in range(count):
        following = ValueError(str(n))
        following.__cause__ = error
        error = following
    first.__cause__ = error
    assert logs.format_traceback(error).count("ValueError") == 20


def test_gunicorn_writes_no_token_either(app, settings, tmp_path):
    """(S13) The real server with its access log on, and a request it cannot read."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ, "PRESSROOM_DATA": str(tmp_path), "DATABASE_URL": settings.libpq_url, "REDIS_URL": settings.redis_url,
        "SECRET_KEY": uuid.uuid4().hex, "PYTHONPATH": str(ROOT), "PRESSROOM_URL": f"http://localhost:{port}",
    }  # fmt: skip
    words = ["-m", "gunicorn", "-c", "app/runtime/gunicorn_conf.py", "--access-logfile", "-", "--log-level", "debug"]
    with open(tmp_path / "web.log", "w+") as out:
        process = subprocess.Popen(
            [sys.executable, *words, "--workers", "1", "--bind", f"127.0.0.1:{port}", "wsgi:app"],
            cwd=ROOT, env=environment, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            _until_it_answers(port, process)
            with httpx.Client(base_url=f"http://localhost:{port}", timeout=60) as browser:
                for path in (
                    f"/reset/{CANARY}",
                    f"/invite/{CANARY}",
                    f"/sign-in?token={CANARY}&next=%2Freset%2F{CANARY}",
                ):
                    assert (
                        browser.get(path, headers={"Referer": f"http://localhost:{port}/reset/{CANARY}"}).status_code
                        < 500
                    )
            with socket.create_connection(("127.0.0.1", port)) as link:
                link.sendall(f"GET /reset/{CANARY} HTTP/9.9\r\nbad header\r\n\r\n".encode())
                link.recv(1000)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        out.seek(0)
        log = out.read()
    assert "GET /reset/[redacted]" in log and CANARY not in log


def _until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            if httpx.get(f"http://localhost:{port}/healthz", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)


def test_a_line_says_its_moment_in_utc(monkeypatch):
    """(ASVS 16.2.2) Wherever the machine stands: also in lines of gunicorn, whose form names the offset."""
    logs.install()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        record = logging.getLogger("desk").makeRecord("desk", logging.INFO, "x", 1, "said", (), None)
        record.created, record.msecs = 0.0, 0.0
        assert logging.Formatter("%(asctime)sZ %(message)s").format(record) == "1970-01-01 00:00:00,000Z said"
        theirs = logging.Formatter("%(asctime)s %(message)s", "[%Y-%m-%d %H:%M:%S %z]").format(record)
        assert theirs == "[1970-01-01 00:00:00 +0000] said"
    finally:
        monkeypatch.undo()
        time.tzset()
