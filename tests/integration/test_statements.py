"""No page of any size runs more than twelve SQL statements, its badges and asides included (issue: speed)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from app.core.db import db
from bench import data

MOST = 12
DETAILS = {
    "campaigns": "/campaigns/{id}", "content_items": "/content/{id}", "publish_jobs": "/jobs/{id}", "publish_records": "/records/{id}",
    "platform_credentials": "/accounts/{id}", "users": "/staff/{id}", "approval_requests": "/reviews/{id}",
}  # fmt: skip


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that any engine sends meanwhile."""
    seen: list[str] = []

    def note(connection, cursor, statement, *_):
        seen.append(" ".join(statement.split())[:160])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.fixture
def desk(app, as_user, owner):
    """A desk with four hundred records, and somebody who may see everything."""
    browser = as_user("admin")
    data.fill(owner, 400)
    return browser


def pages(app) -> list[str]:
    """Every address without parameters that answers a GET, and one detail page of each noun."""
    plain = [str(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    found = []
    for table, path in DETAILS.items():
        row = db.session.scalar(sa.text(f"SELECT id FROM {table} LIMIT 1"))
        if row is not None:
            found.append(path.format(id=row))
    db.session.rollback()
    return sorted(plain) + found


def test_no_page_runs_more_than_twelve_statements(app, desk):
    too_many, opened = {}, 0
    for path in pages(app):
        desk.get(path)  # once to warm what a process keeps
        with counted() as seen:
            answer = desk.get(path)
            answer.get_data()
        opened += answer.status_code == 200
        if len(seen) > MOST:
            too_many[path] = seen
    assert opened >= 30
    assert {path: len(seen) for path, seen in too_many.items()} == {}, too_many
