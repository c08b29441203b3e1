"""Every GET route of the URL map with arguments from real rows, lists also filtered, searched and at a later page; and what asking
one of them costs. Of an export only the first line is asked: the rest is as long as what it exports.
"""

from __future__ import annotations

import contextvars
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.core import transactions
from app.core.db import db
from app.factory import Pressroom
from bench import desk

LATEST = "(SELECT r.* FROM publish_records r WHERE r.published_at < now() ORDER BY r.due_at DESC LIMIT 1) r"
ARGUMENTS = {
    "user_id": "SELECT id FROM users WHERE username = 'bench1'",
    "account_id": "SELECT id FROM platform_credentials WHERE account_name = 'account-5'",
    "campaign_id": "SELECT id FROM campaigns WHERE name = 'Campaign 1'",
    "item_id": "SELECT content_id FROM publish_jobs WHERE created_at < now() - interval '1 hour' ORDER BY created_at DESC LIMIT 1",
    "content_id": "SELECT id FROM content_items WHERE status = 'draft' LIMIT 1",
    "record_id": f"SELECT id FROM {LATEST}",
    "job_id": f"SELECT job_id FROM {LATEST}",
    "request_id": "SELECT id FROM approval_requests WHERE status = 'pending' ORDER BY requested_at LIMIT 1",
    "notice_id": "SELECT id FROM notifications LIMIT 1",
    "audit.show:key": "SELECT (extract(epoch FROM occurred_at) * 1000000)::bigint || '-' || id FROM audit_log ORDER BY occurred_at DESC LIMIT 1",
    "calendar.event:key": f"SELECT id FROM {LATEST}",
    "site.show:key": "SELECT key FROM local_posts WHERE platform = 'site' ORDER BY published_at DESC LIMIT 1",
    "slug": "SELECT 'post'",
    "accounts.connect:slug": "SELECT 'mastodon'",
    "publishing.cancel:record_id": "SELECT id FROM publish_records WHERE status = 'pending' ORDER BY due_at DESC LIMIT 1",
    "publishing.move:record_id": "SELECT id FROM publish_records WHERE status = 'pending' ORDER BY due_at DESC LIMIT 1",
    "publishing.cancel_job:job_id": "SELECT job_id FROM publish_records WHERE status = 'pending' ORDER BY due_at DESC LIMIT 1",
    "publishing.answer:record_id": "SELECT id FROM publish_records WHERE status = 'unknown' AND next_retry_at IS NULL LIMIT 1",
    "publishing.new:item_id": "SELECT id FROM content_items WHERE status = 'published' AND approved_version_id IS NOT NULL LIMIT 1",
    "content.edit:item_id": "SELECT id FROM content_items WHERE status = 'draft' LIMIT 1",
    "reviews.new:content_id": "SELECT id FROM content_items WHERE status = 'draft' LIMIT 1",
    "kind": "SELECT 'record'", "decision": "SELECT 'reject'",
    "campaigns.confirm:verb": "SELECT 'pause'", "campaigns.confirm:move": "SELECT 'pause'",
}  # fmt: skip
SEARCHES = ("current", "carpet 4321", "光と影", "水流如何", "والتيار", "🌿", "nowhere", "urren", "4321")
MORE = {
    "content.index": ("status=published", "status=draft", "view=mine", "sort=title", "sort=planned", "sort=created", "platform=site", "platform=sandbox",
        "status=archived", "since=30d", "campaign={campaign}", *(f"q={q}" for q in SEARCHES), "q=stone&status=draft", *(f"platform=site&q=光と影&sort={s}" for s in ("title", "-title", "planned")), "{next}"),
    "publishing.records": ("view=needs-action", "view=in-progress", "view=scheduled", "view=published", "platform=site", "platform=sandbox", "status=failed",
        "error=auth_failed", "status=failed&since=7d", "sort=status", "account={account}", "account={unused}", "campaign={campaign}", "since=24h",
        *(f"q={q}" for q in SEARCHES), "q=account-5", "q=9a41d7b2", "q=said no", "platform=site&q=光と影&sort=status", "{next}"),
    "publishing.jobs": ("status=scheduled", "status=needs_look", "status=success", "status=failed", "sort=due", "sort=status", "platform=site", "platform=sandbox",
        "campaign={campaign}", *(f"q={q}" for q in SEARCHES), "{next}"),
    "calendar.index": ("view=week", "view=list", "view=month&date={past}", "view=week&date={past}", "view=list&date={past}", "platform=site", "platform=sandbox",
        "campaign={campaign}", "status=failed", "status=success", "status=needs_look", "status=approved",
        *(f"view={view}&date={day}{more}" for view in ("month", "week", "list") for day in ("{crowded}", "{day}")
          for more in ("", "&campaign={crowd}", "&status=approved", "&platform=mastodon"))),
    "search.index": tuple(f"q={q}" for q in (*SEARCHES, "account-5", "Campaign 7")),
    "search.palette": tuple(f"q={q}" for q in SEARCHES),
    "notifications.index": ("read=unread", "kind=record_failed", "q=stone", "q=nowhere", "{next}"),
    "metrics.index": ("days=7", "days=90", "platform=site", "platform=sandbox", "campaign={campaign}", "days=90&platform=site"),
    "audit.index": ("who=worker", "entity=content_items", "action=publishing.settle", "severity=error", "outcome=no", "since=24h", "q=nowhere", "q=stone", "{next}"),
    "reviews.index": ("view=all", "view=mine"), "reviews.history": ("status=approved", "status=rejected", "q=current", "q=nowhere", "{next}"),
    "campaigns.index": ("status=active", "q=Campaign 7", "sort=name"), "site.index": ("{next}",),
    "accounts.index": ("platform=site", "status=expired"),
}  # fmt: skip
UNTIMED = (
    "static",
    "staff.accept_invite",
    "staff.reset_password",
    "content.picture",
    "content.thumb",
    "site.media",
    "site.sandbox",
    "publishing.withdraw",
)
"""What has no row here: one-time links (a wrong token is refused by its hash), pictures (a file by its hash), and a record that a
platform took twice."""


@dataclass
class Timed:
    """One page at one size: milliseconds on the clock and of work, and of `spin` around it."""

    status: int
    ms: float
    cpu: float
    statements: int
    size: int
    spin: float = 1.0


def addresses(app: Pressroom, browser: FlaskClient) -> Iterator[tuple[str, str]]:
    """(name, path) of every GET route with real arguments, and of each of its variants."""
    words = {
        "campaign": _one("SELECT id FROM campaigns WHERE name = 'Campaign 1'"),
        "account": _one(ARGUMENTS["account_id"]),
        "unused": "00000000-0000-4000-8000-000000000000",
        "past": "2025-06-15",
        "crowded": _one(f"SELECT ({desk.CROWDED})::date"),
        "crowd": _one("SELECT id FROM campaigns WHERE name = 'Campaign 2'"),
        "day": _one(f"SELECT ({desk.CROWDED} + interval '45 days')::date"),
    }
    rules = [r for r in app.url_map.iter_rules() if "GET" in (r.methods or ()) and r.endpoint not in UNTIMED]
    for rule in sorted(rules, key=lambda rule: rule.rule):
        path = _path(app, rule)
        if path is None:
            continue
        yield path.partition("?")[0] if not rule.arguments else rule.rule, path
        for more in MORE.get(rule.endpoint, ()):
            query = _later(browser, path) if more == "{next}" else more.format(**words)
            if query:
                yield f"{rule.rule}?{more}", f"{path}?{query}"


def _path(app: Pressroom, rule: Rule) -> str | None:
    values = {}
    for name in rule.arguments:
        statement = ARGUMENTS.get(f"{rule.endpoint}:{name}", ARGUMENTS.get(name))
        values[name] = _one(statement) if statement else None
    if None in values.values():
        return None
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def _one(statement: str) -> Any:
    with db.engine.connect() as connection:
        return connection.scalar(sa.text(statement))


def _later(browser: FlaskClient, path: str) -> str | None:
    """The query of the page's "Next"."""
    body = begin(browser, path)[1].decode()
    found = [part.split('"')[0] for part in body.split('href="') if "after=" in part.split('"')[0]]
    return found[0].partition("?")[2].replace("&amp;", "&") if found else None


def timed(browser: FlaskClient, path: str) -> Timed:
    """A request after one that warmed up: its time on the clock, and what this process and PostgreSQL's worked for it."""
    from app.home.views import badges

    ran = 0

    def note(*event: Any) -> None:
        nonlocal ran
        ran += 1

    begin(browser, path)
    badges._recent.clear()  # the side bar's counts are asked anew, as after five seconds
    servers = _servers()
    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        around = spin()
        began, before = time.perf_counter(), _worked(servers)
        status, first = begin(browser, path)
        spent, worked = (time.perf_counter() - began) * 1000, _worked(servers) - before
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return Timed(status, spent, worked, ran, len(first), (around + spin()) / 2)


def spin() -> float:
    """Milliseconds of work of a loop that is always the same: the machine's pace right now. A machine that others use too may be
    half as fast in one second as in the next."""
    began, total = time.process_time(), 0
    for number in range(40_000):
        total += number
    return (time.process_time() - began) * 1000


def _servers() -> list[Path]:
    """Where the kernel says how long PostgreSQL's processes of this desk have worked."""
    found = sa.text(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    )
    with db.engine.connect() as connection:
        return [Path(f"/proc/{pid}/schedstat") for pid in connection.scalars(found)]


def _worked(servers: Iterable[Path]) -> float:
    """Milliseconds of processor time: what others do on the machine adds nothing to it."""
    theirs = sum(int(server.read_text().split()[0]) for server in servers)
    return time.process_time() * 1000 + theirs / 1_000_000


def begin(browser: FlaskClient, path: str) -> tuple[int, bytes]:
    """The status of a page and the whole of it; of an export the heads and the first line. In a context of its own, as a server
    has it: the bench's own would hand the session from one request to the next."""
    return contextvars.Context().run(_begin, browser, path)


def _begin(browser: FlaskClient, path: str) -> tuple[int, bytes]:
    answer = browser.get(path, buffered=False)
    first = b"".join(islice(answer.iter_encoded(), 2)) if ".csv" in path else answer.data
    answer.close()
    return answer.status_code, first


def admin(app: Pressroom) -> FlaskClient:
    """A signed-in admin's browser; of a desk that was kept, the admin whose notices were written."""
    from app.staff.models import User
    from tests.conftest import PASSWORD
    from tests.factories import make_user

    there = transactions.transaction(db.session.scalar, sa.select(User.email).where(User.username == "bench"))
    email = there or transactions.transaction(make_user, role="admin", username="bench").email
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code in (302, 303), f"the admin could not sign in: {answer.status}"
    return browser
