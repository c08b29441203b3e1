"""The records list against a bare page of the same fifty rows, and against itself at 10 k and at a million rows."""

from __future__ import annotations

import os

import sqlalchemy as sa
from flask import Flask, render_template_string
from sqlalchemy.orm import Session

from app.core import transactions
from app.core.db import db
from app.publishing.models import PublishJob, PublishRecord
from bench import data
from bench.served_app import cpu, served_app, wall

BARE = """<!doctype html><title>Records</title><table>{% for r in rows %}<tr>
<td><a href="/records/{{ r.id }}">{{ r.title }}</a> {{ r.job_id }}</td><td>{{ r.platform }} {{ r.account_name }}</td>
<td>{{ r.status }}</td><td>{{ r.error_type or "" }} {{ r.error_message or "" }}</td><td>{{ r.attempt_count }}</td>
<td>{{ r.due_at.strftime("%d %b %H:%M") }}</td><td>{{ r.published_at.strftime("%d %b %H:%M") if r.published_at else "" }}</td>
</tr>{% endfor %}</table>"""


def bare_page(engine: sa.Engine) -> tuple[Flask, str]:
    """The least that shows the same rows: Flask, one ORM statement, one template."""
    from app.content.models import ContentItem

    app = Flask("bare")

    @app.get("/")
    def index() -> str:
        with Session(engine) as session:
            rows = session.execute(
                sa.select(PublishRecord, ContentItem.title)
                .join(PublishJob, PublishJob.id == PublishRecord.job_id)
                .join(ContentItem, ContentItem.id == PublishJob.content_id)
                .order_by(PublishRecord.due_at.desc(), PublishRecord.id.desc())
                .limit(50)
            ).all()
            shown = [_flat(record, title) for record, title in rows]
            return render_template_string(BARE, rows=shown)

    return app, "/"


def _flat(record: PublishRecord, title: str) -> object:
    record.title = title  # type: ignore[attr-defined]
    return record


def run() -> list[tuple[str, str, str]]:
    """Rows of the bench table: what, figure, goal."""
    from tests.conftest import PASSWORD
    from tests.factories import make_user

    full = int(os.environ.get("BENCH_RECORDS", "100000"))
    lines = []
    with served_app() as (app, _):
        user = transactions.transaction(make_user, role="admin")
        browser = app.test_client()
        browser.post("/sign-in", data={"email": user.email, "password": PASSWORD})

        def page() -> None:
            answer = browser.get("/records")
            assert answer.status_code == 200 and answer.data.count(b"row-title") >= 50, answer.status

        owner = transactions.owner_engine(app)  # triggers rest while it fills: the app's role may not do that
        data.fill(owner, 10_000)
        small = wall(page)
        data.fill(owner, full - 10_000)
        large = wall(page)
        bare, path = bare_page(db.engine)
        client = bare.test_client()
        ours, theirs = cpu(page), cpu(lambda: client.get(path))
        lines.append(
            (
                "records list, 50 rows: server CPU / bare page",
                f"{ours:.1f} ms / {theirs:.1f} ms = {ours / theirs:.2f}",
                "≤ 1.5",
            )
        )
        lines.append(
            (f"records list at {full:,} / at 10,000", f"{large:.1f} ms / {small:.1f} ms = {large / small:.2f}", "≤ 1.2")
        )
    return lines
