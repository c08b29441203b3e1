"""No page reads a table that grows: every GET route, and the lists filtered, searched and sorted, on a desk of 20,000 records.

The planner is asked to use an index wherever there is one; a sequential scan that is left has none to use. And what a plan has
read is counted, so that an index walked from end to end is no way out. (Issue 6, item 5.)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core import listing, transactions
from app.core.db import db
from app.delivery.actions.claim import claim
from app.delivery.actions.prepare import prepare_all
from app.factory import create_app
from bench import asking, desk

RECORDS = 20_000
MOST = 2_600
"""Rows that one node of a plan may read: what a platform said is looked for in 2,000 failures, a page shows hundreds."""
GIANTS = {
    "publish_records", "publish_jobs", "publish_attempts", "content_items", "artifacts", "approval_requests", "review_decisions",
    "review_comments", "notifications", "local_posts",
}  # fmt: skip
STATEMENTS = 12


@pytest.fixture
def large(app: Any, owner: Any) -> Iterator[FlaskClient]:
    """A signed-in admin on a large desk; the desk's own function goes with it."""
    browser = asking.admin(app)
    with owner.begin() as connection:
        connection.execute(sa.text("DROP FUNCTION IF EXISTS bench_person(int)"))
    desk.begin(owner, open_jobs=100)
    desk.crowd(owner, posts=400)
    desk.grow(owner, RECORDS)
    desk.disuse(owner)
    yield browser
    with owner.begin() as connection:
        connection.execute(sa.text("DROP FUNCTION bench_person(int)"))


def asked(browser: FlaskClient, path: str) -> list[tuple[str, Any]]:
    """The statements of one page with their parameters."""
    ran: list[tuple[str, Any]] = []

    def note(*event: Any) -> None:
        ran.append((event[2], event[3]))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        asking.begin(browser, path)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return ran


def read_too_much(cursor: Any, statement: str, values: Any) -> list[str]:
    """What a statement's plan reads of the giants beyond what a page may."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return []
    return list(_nodes(plan_of(cursor, statement, values)))


def plan_of(cursor: Any, statement: str, values: Any) -> dict[str, Any]:
    """What the statement did, as the tree of its plan."""
    cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + statement, values)
    (plan,) = cursor.fetchone()
    found = plan if isinstance(plan, list) else json.loads(plan)
    top: dict[str, Any] = found[0]["Plan"]
    return top


def _nodes(node: dict[str, Any], above: str = "") -> Iterator[str]:
    """A scan that only helps another one to leave rows out counts too: it names no table."""
    table = node.get("Relation Name", "")
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    rows = (node["Actual Rows"] + removed) * node["Actual Loops"]
    is_giant = table in GIANTS or table.startswith("audit_log") or "BitmapAnd" in (node["Node Type"], above)
    if is_giant and (rows > MOST or (node["Node Type"] == "Seq Scan" and rows > listing.COUNT_CAP + 1)):
        yield f"{node['Node Type']} of {table} by {node.get('Index Name')}: {rows:.0f} rows"
    for child in node.get("Plans", ()):
        yield from _nodes(child, node["Node Type"])


def test_no_plan_of_any_page_scans_a_giant(app: Any, large: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every GET route of the URL map with real arguments, and its variants."""
    monkeypatch.setattr(listing, "WINDOW", 500)  # as small beside these tables as the real one beside a million
    wrong, seen = {}, 0
    connection = db.engine.raw_connection()
    cursor = connection.cursor()
    for setting in ("enable_seqscan = off", "jit = off", "max_parallel_workers_per_gather = 0"):
        cursor.execute(f"SET {setting}")
    asking.begin(large, "/me")  # filling took minutes: the session is noted as alive, which happens once in a while
    for name, path in asking.addresses(app, large):
        ran = asked(large, path)
        seen += len(ran)
        told = [
            f"{why} << {statement[:200]}"
            for statement, values in ran
            for why in read_too_much(cursor, statement, values)
        ]
        if len(ran) > STATEMENTS and ".csv" not in path:  # an export asks for batch after batch
            told.append(f"{len(ran)} statements")
        if told:
            wrong[name] = told
    cursor.close()
    connection.invalidate()
    assert seen > 500, "the pages were asked at all"
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


@pytest.mark.parametrize(
    ("name", "value"), [("random_page_cost", "1.1"), ("max_parallel_workers_per_gather", "0"), ("jit", "off")]
)
def test_every_connection_plans_as_the_bench_was_measured(app: Any, name: str, value: str) -> None:
    """Whoever runs the server: the plans that are tested here are those that pages have."""
    assert transactions.transaction(db.session.scalar, sa.text(f"SHOW {name}")) == value


BACKLOG = """UPDATE publish_records SET status = 'pending', published_at = NULL, due_at = now() - interval '1 hour'
WHERE id IN (SELECT r.id FROM publish_records r JOIN platform_credentials c ON c.id = r.credential_id
  WHERE c.status = 'active' AND r.status = 'success' LIMIT 5000)"""
DONE = """UPDATE publish_records SET status = 'success', step = NULL, lease_owner = NULL, lease_expires_at = NULL, claim_token = NULL
WHERE lease_owner = 'w1'"""
READ = """SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
WHERE relname IN ('publish_records', 'publish_jobs', 'publish_attempts', 'content_items', 'artifacts')"""


def counted(action: Any, *args: Any) -> tuple[Any, int]:
    """What it returns, and how many rows it read."""
    before = db.session.scalar(sa.text(READ))
    found = action(*args)
    return found, db.session.scalar(sa.text(READ)) - before


def test_the_kept_plans_of_a_worker_read_no_backlog(settings: Any, large: FlaskClient, owner: Any) -> None:
    """A worker's plans are made for any values; of 5,000 due records a claim reads a few per account, again and again."""
    with owner.begin() as connection:
        connection.execute(sa.text(BACKLOG))
        connection.execute(sa.text("ANALYZE publish_records"))
    session_app = create_app(settings, role="publish", TESTING=True)
    with session_app.app_context():
        assert (
            transactions.transaction(lambda: db.session.scalar(sa.text("SHOW plan_cache_mode"))) == "force_generic_plan"
        )
        for _ in range(4):
            claimed, read = transactions.transaction(counted, claim, "w1", 4)
            assert len(claimed) == 4 and read < 500, f"{len(claimed)} claimed, {read} rows read"
            begun, read = transactions.transaction(counted, prepare_all, claimed, "w1")
            assert len(begun) == 4 and read < 100, f"{read} rows read to begin four"
            transactions.transaction(db.session.execute, sa.text(DONE))
        db.engine.dispose()


@pytest.mark.parametrize(
    ("path", "order"),
    [("/calendar", "content_items.approved_at DESC"), ("/records?platform=site", "publish_records.due_at DESC")],
)
def test_a_list_narrowed_to_a_few_among_many_comes_in_the_order_of_its_index(app: Any, path: str, order: str) -> None:
    """What is ready to schedule, and a platform's records: nothing is sorted, so nothing is read that is not shown."""
    statements = [(statement, values) for statement, values in asked(asking.admin(app), path) if order in statement]
    connection = db.engine.raw_connection()
    cursor = connection.cursor()
    for kind in ("sort", "seqscan", "bitmapscan"):
        cursor.execute(f"SET enable_{kind} = off")
    kinds = [node["Node Type"] for statement, values in statements for node in _all(plan_of(cursor, statement, values))]
    cursor.close()
    connection.invalidate()
    assert statements and any("Index" in kind for kind in kinds)
    assert not [kind for kind in kinds if "Sort" in kind]


def _all(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _all(child)
