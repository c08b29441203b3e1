"""A canary secret entered in the web form is in no log, page, Redis key, attempt, exception or table in clear."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from app.accounts import queries, services, unseal
from app.core import queue
from app.core.db import db
from app.core.queue import JOBS
from app.platforms import registry
from app.publishing.models import PublishRecord
from tests.factories import make_record
from tests.integration.accounts.loopback import quoting_server

CANARY = "canary-Zq8mK2vTx7LpR4wN9sYb"
NEEDLES = (CANARY, CANARY[7:])


def no_canary(where: str, text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    for needle in NEEDLES:
        at = data.find(needle.encode())
        assert at < 0, f"the canary is in {where}: …{data[max(0, at - 80) : at + 60]!r}…"


def connect(browser: Any, address: str) -> Any:
    form = {"name": "Loopback", "config_instance": address, "secret_access_token": CANARY}
    answer = browser.post("/accounts/connect/mastodon", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    no_canary("the redirect", str(answer.headers))
    return queries.by_name("mastodon", "Loopback")


def redis_dump() -> Iterator[tuple[str, bytes]]:
    """Every key with its value, also the compressed parts of RQ's jobs."""
    client = queue.worker_client()
    for key in client.scan_iter():
        yield "redis", key
        raw = client.dump(key) or b""
        yield f"redis {key!r}", raw
        if client.type(key) == b"hash":
            for field, value in client.hgetall(key).items():
                yield f"redis {key!r} {field!r}", value
                try:
                    yield f"redis {key!r} {field!r} unpacked", zlib.decompress(value)
                except zlib.error:
                    continue


def table_dump() -> Iterator[tuple[str, str]]:
    """Every row of every table as text."""
    # a partition is read through its table
    names = db.session.scalars(
        sa.text(
            "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
        )
    ).all()
    for name in names:
        for row in db.session.scalars(sa.text(f'SELECT t::text FROM "{name}" t')):
            yield f"table {name}", row


def pages(app: Any, browser: Any, account: Any) -> Iterator[tuple[str, str]]:
    """Every page that can be opened without an id, and all of the account's."""
    rules = [
        r.rule
        for r in app.url_map.iter_rules()
        if "GET" in (r.methods or ()) and not r.arguments and not r.rule.startswith("/static")
    ]
    own = [
        f"/accounts/{account.id}{part}"
        for part in ("", "/reconnect", "/rules", "/name", "/pause", "/disconnect", "/health")
    ]
    for path in [*rules, *own, "/search?q=Loopback", "/palette?q=Loopback"]:
        answer = browser.get(path)
        assert answer.status_code < 500, path
        yield f"page {path}", answer.get_data(as_text=True) + str(answer.headers)


def look_everywhere(app: Any, browser: Any, account: Any, caplog: pytest.LogCaptureFixture) -> None:
    for where, text in [*pages(app, browser, account), *redis_dump(), *table_dump()]:
        no_canary(where, text)
    no_canary("the log", caplog.text)


def work_off(name: str) -> None:
    """What a worker does: real RQ jobs out of the real queue."""
    target = Queue(name, connection=queue.worker_client(), serializer=JSONSerializer)
    assert target.count
    SimpleWorker([target], connection=queue.worker_client(), serializer=JSONSerializer).work(
        burst=True, logging_level="DEBUG"
    )


def test_a_refused_sign_in_leaves_no_trace_of_the_secret(
    app: Any, as_user: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with quoting_server(401) as address:
        browser = as_user("operator")
        account = connect(browser, address)
        work_off("default")
        db.session.expire_all()
        account = queries.by_id(account.id)
        assert account.status == "invalid" and account.meta["check"]["message"]
        assert unseal.unseal(account).secrets == {"access_token": CANARY}
        look_everywhere(app, as_user("admin"), account, caplog)


def test_a_failed_delivery_leaves_no_trace_of_the_secret(
    app: Any, as_user: Any, commit: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with quoting_server(422) as address:
        account = connect(as_user("operator"), address)
        queue.worker_client().flushdb()
        commit(lambda: setattr(queries.by_id(account.id), "status", "active"))
        record = commit(make_record, platform="mastodon", account=account, host="127.0.0.1")
        JOBS["delivery.deliver"].run("now")
        db.session.expire_all()
        attempted = db.session.get(PublishRecord, record.id)
        assert attempted.status == "failed" and attempted.attempts, attempted.status
        look_everywhere(app, as_user("admin"), account, caplog)
        for path in (f"/records/{record.id}", f"/jobs/{record.job_id}", f"/records/{record.id}/attempts.json"):
            no_canary(path, as_user("admin").get(path).data)


def test_a_connector_that_breaks_with_the_secret_in_its_words_is_kept_quiet(
    app: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_ctx: Any, account: Any) -> None:
        raise RuntimeError(f"could not use {account.secrets['access_token']}")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(registry.get("mastodon").module, "verify", broken)
    with quoting_server() as address:
        account = connect(as_user("operator"), address)
        services.verify(account.id)
        db.session.expire_all()
        assert "RuntimeError" in queries.by_id(account.id).meta["check"]["message"]
        look_everywhere(app, as_user("admin"), queries.by_id(account.id), caplog)


def test_the_row_holds_it_sealed(app: Any, as_user: Any) -> None:
    with quoting_server() as address:
        account = connect(as_user("operator"), address)
    assert account.credentials["access_token"].startswith("v1.test.") and account.key_id == "test"
    no_canary("repr", repr(unseal.unseal(account)) + repr(account))
