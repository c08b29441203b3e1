"""The dearest inputs that somebody may send: seconds of CPU and peak memory of the web process for each (cases S4 to S7).

Texts at their bound and beyond it, in shapes that once took minutes; a stranger's large body; the largest form. Pictures are read
in a process apart, whose own peak counts.
"""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from app.content import actions as content
from app.content import unpacking
from app.content.bounds import MAX_TEXT
from app.core import actor, transactions
from app.core.db import db
from app.staff.models import User
from bench.asking import admin
from bench.served_app import served_app

HTMX = {"HX-Request": "true", "HX-Target": "previews"}
PLATFORMS = ("site", "mastodon", "bluesky", "webhook")
FIELDS = {"title": "t", "plan_zone": "UTC"}
FORM = "application/x-www-form-urlencoded"
SHAPES = {
    "words": "a ", "flags": "\U0001f1e6", "closing brackets": ")", "emphasis": "**a *b ", "underscores and stars": "_*", "combining marks": "e\u0301",
    "one word": "x", "addresses": "http://a.b/c ", "mentions": "@a@b.example ", "tags": "#石 ", "links": "[a](http://b.c) ", "quotations": "> ", "lists": "- ",
    "backticks": "`a", "joined emoji": "👩‍👩‍👧‍👦", "Arabic": "السلام ", "Chinese": "石庭",
}  # fmt: skip
"""What a text of MAX_TEXT characters is made of."""


def run() -> list[tuple[str, str, str]]:
    """Rows of the bench table."""
    from tests.factories import make_account

    with served_app(durable=False) as (app, _):
        browser, stranger = admin(app), app.test_client()
        ids = [str(transactions.transaction(make_account, slug).id) for slug in PLATFORMS]
        return [*_texts(browser, ids), *_forms(browser, stranger), *_comparing(browser), *_pictures()]


def _texts(browser: FlaskClient, ids: list[str]) -> list[tuple[str, str, str]]:
    """The preview of the composer with four platforms, which is asked while somebody types."""
    rows = []
    for name, piece in SHAPES.items():
        body = ("http://a.b/" if name == "closing brackets" else "") + piece * (MAX_TEXT // len(piece))
        sent = {**FIELDS, "accounts": ids, "body": body[:MAX_TEXT]}
        rows.append((f"preview of 100,000 characters: {name}", *_cost(lambda sent=sent: _preview(browser, sent))))
    nested = {**FIELDS, "accounts": ids, "body": "*" * 1500 + "a" + "*" * 1500}
    rows.append(("preview of 300 and more nested emphases", *_cost(lambda: _preview(browser, nested))))
    beyond = {**FIELDS, "accounts": ids, "body": "a " * 2_500_000}
    rows.append(("preview of 5 MB", *_cost(lambda: _preview(browser, beyond))))
    return rows


def _preview(browser: FlaskClient, sent: dict[str, Any]) -> int:
    return browser.post("/content/preview", data=sent, headers=HTMX).status_code


def _forms(browser: FlaskClient, stranger: FlaskClient) -> list[tuple[str, str, str]]:
    fields = b"a&" * 11_500_000
    largest = {**FIELDS, "body": "石" * MAX_TEXT}
    return [
        ("a stranger's 23 MB of fields", *_cost(lambda: _posted(stranger, "/content/preview", fields))),
        ("an editor's 23 MB of fields", *_cost(lambda: _posted(browser, "/content/preview", fields))),
        ("saving 100,000 Chinese characters", *_cost(lambda: browser.post("/content/new", data=largest).status_code)),
    ]


def _posted(browser: FlaskClient, path: str, body: bytes) -> int:
    given: dict[str, Any] = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": FORM}
    return browser.post(path, environ_overrides=given).status_code


def _comparing(browser: FlaskClient) -> list[tuple[str, str, str]]:
    rows = []
    for name, old, new in (
        ("900 words against 900 (S4)", "a " * 900, "b a " * 450),
        ("100,000 characters against 100,000", "a b " * 25_000, "b a c " * 16_600),
    ):
        path = f"/content/{transactions.transaction(_two_versions, old, new)}?tab=changes"
        rows.append((f"changes of a version: {name}", *_cost(lambda path=path: browser.get(path).status_code)))
    return rows


def _two_versions(old: str, new: str) -> str:
    author = db.session.scalars(sa.select(User).where(User.username == "bench")).one()
    with actor.acting(actor.Actor(type="human", id=str(author.id), name=author.full_name, role=author.role)):
        item = content.create_item({"title": "Compared", "body": old})
        content.save_version(item, {"title": "Compared", "body": new}, item.current_version_id)
    return str(item.id)


def _pictures() -> list[tuple[str, str, str]]:
    """The largest of each kind that is allowed, as the tests make them."""
    from tests.unit.content.test_unpacking import BOMBS, MEASURE, WORST

    rows = []
    for name, make in {**WORST, **{f"bomb, {name}": make for name, make in BOMBS.items()}}.items():
        data, began = make(), time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", MEASURE], input=b'"x"\n' + data, capture_output=True, cwd=unpacking.ROOT, check=False
        )
        figure = f"{time.perf_counter() - began:.2f} s on the clock, peak {int(done.stderr or 0) / 1024:.0f} MB of its own process"
        rows.append((f"picture of {len(data) / 1000:,.0f} kB: {name}", figure, "≤ 256 MB"))
    return rows


def _cost(call: Callable[[], int]) -> tuple[str, str]:
    """CPU of the first call (nothing is kept yet) and how far the memory of the process rose above what it held."""
    Path("/proc/self/clear_refs").write_text("5")
    held, began = _memory("VmRSS"), time.process_time()
    status = Context().run(call)  # as a server has it: with nothing of the bench's own session
    spent, peak = time.process_time() - began, max(0, _memory("VmHWM") - held)
    return f"{status}, {spent:.2f} s of CPU, peak +{peak / 1024:.0f} MB", ""


def _memory(name: str) -> int:
    """KiB, from the kernel."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
