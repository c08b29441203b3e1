"""Spec A's five queries, word by word, return the expected rows on a desk that holds every status; its names stand."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.transactions import transaction
from app.publishing.models import JOB, RECORD, PublishJob, PublishRecord
from tests.factories import make_account, make_record

PENDING_JOBS = """SELECT * FROM publish_jobs
WHERE status = 'pending'
ORDER BY priority DESC, created_at ASC"""
BREAKDOWN = """SELECT
  j.id AS job_id,
  j.status AS job_status,
  j.platforms,
  ARRAY_AGG(DISTINCT r.status) AS platform_statuses,
  COUNT(CASE WHEN r.status = 'success' THEN 1 END) AS success_count,
  COUNT(CASE WHEN r.status = 'failed' THEN 1 END) AS failed_count
FROM publish_jobs j
LEFT JOIN publish_records_a r ON j.id = r.job_id
WHERE j.id = CAST(:job AS uuid)
GROUP BY j.id"""
RETRIES = """SELECT r.*
FROM publish_records_a r
WHERE r.status = 'failed'
  AND r.retry_count < r.max_retries
ORDER BY r.updated_at ASC"""
SUCCESS_RATE = """SELECT
  platform,
  COUNT(*) AS total_attempts,
  COUNT(CASE WHEN status = 'success' THEN 1 END) AS successes,
  ROUND(100.0 * COUNT(CASE WHEN status = 'success' THEN 1 END) / COUNT(*), 2) AS success_rate_pct
FROM publish_records_a
WHERE created_at >= NOW() - INTERVAL '24 hours'
GROUP BY platform
ORDER BY success_rate_pct DESC"""
EXPIRED = """SELECT * FROM platform_credentials
WHERE expires_at < NOW()
  AND status = 'active'
ORDER BY expires_at DESC"""


def run(query, **values):
    return transaction(lambda: db.session.execute(sa.text(query), values).mappings().all())


def every_status():
    """One record of each status, and the waiting retries that are easy to lose: the first, the last, a rate limit."""
    keys = {status: make_record(status) for status in RECORD.states}
    keys["last retry"] = make_record("retrying", retry_count=3)
    keys["rate limit"] = make_record("retrying", retry_count=3, error_type="rate_limit")
    keys["first rate limit"] = make_record("retrying", retry_count=0, error_type="rate_limit")
    keys["failed early"] = make_record("failed", retry_count=0)
    return {name: row.id for name, row in keys.items()}


@pytest.fixture
def desk(app, commit):
    return commit(every_status)


def test_jobs_needing_retry_are_exactly_the_waiting_ones(desk):
    listed = {row["id"]: (row["status"], row["retry_count"]) for row in run(RETRIES)}
    expected = {desk["retrying"]: 0, desk["last retry"]: 2, desk["rate limit"]: 2, desk["first rate limit"]: 0}
    assert listed == {key: ("failed", count) for key, count in expected.items()}


def test_the_view_speaks_in_as_three_statuses(desk):
    shown = {row["id"]: row["status"] for row in run("SELECT * FROM publish_records_a")}
    for name in ("pending", "publishing", "confirming", "unknown"):
        assert shown[desk[name]] == "pending"
    assert shown[desk["success"]] == "success" and shown[desk["failed"]] == "failed"
    assert desk["cancelled"] not in shown
    final = run("SELECT retry_count, max_retries FROM publish_records_a WHERE id = :id", id=desk["failed early"])[0]
    assert final["retry_count"] == final["max_retries"] == 3


def test_pending_jobs_urgent_first_then_oldest(app, commit):
    def made():
        rows = [make_record("pending"), make_record("pending"), make_record("pending"), make_record("success")]
        jobs = [db.session.get(PublishJob, row.job_id) for row in rows]
        jobs[2].priority = 2
        jobs[1].created_at -= timedelta(hours=1)
        return [job.id for job in jobs]

    first, older, urgent, _ = commit(made)
    assert [row["id"] for row in run(PENDING_JOBS)] == [urgent, older, first]


def test_the_breakdown_counts_per_job(app, commit):
    def made():
        row = make_record("success", "site")
        for status, platform in (("failed", "sandbox"), ("retrying", "webhook"), ("unknown", "mastodon")):
            extra = make_account(platform)
            db.session.add(
                PublishRecord(
                    job_id=row.job_id,
                    platform=platform,
                    status=status,
                    credential_id=extra.id,
                    account_name=extra.account_name,
                )
            )
        return row.job_id

    (row,) = run(BREAKDOWN, job=commit(made))
    assert sorted(row["platform_statuses"]) == ["failed", "pending", "success"]
    assert (row["success_count"], row["failed_count"]) == (1, 2)


def test_the_success_rate_counts_what_was_created(app, commit):
    def made():
        for status in ("success", "success", "success", "failed"):
            make_record(status, "sandbox")
        make_record("pending", "site")
        make_record("success", "site").created_at -= timedelta(hours=25)

    commit(made)
    rows = [
        (r["platform"], r["total_attempts"], r["successes"], float(r["success_rate_pct"])) for r in run(SUCCESS_RATE)
    ]
    assert rows == [("sandbox", 4, 3, 75.0), ("site", 1, 0, 0.0)]


def test_expired_credentials_latest_first(app, commit):
    def made():
        now = db.session.scalar(sa.select(sa.func.now()))
        old = make_account("site", expires_at=now - timedelta(days=2))
        new = make_account("site", expires_at=now - timedelta(hours=1))
        make_account("site", expires_at=now + timedelta(days=1))
        make_account("site", status="expired", expires_at=now - timedelta(days=1))
        return [new.id, old.id]

    expected = commit(made)
    assert [row["id"] for row in run(EXPIRED)] == expected


def test_as_columns_checks_and_index_names_stand(app):
    columns = {
        (r["table_name"], r["column_name"])
        for r in run("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
    }
    jobs = "id content_id platforms status priority scheduled_at created_at updated_at metadata"
    records = (
        "id job_id platform status retry_count max_retries error_type error_message platform_post_id platform_url "
        "published_at created_at updated_at metadata"
    )
    assert {("publish_jobs", name) for name in jobs.split()} <= columns
    assert {("publish_records", name) for name in records.split()} <= columns
    assert {("publish_records_a", name) for name in records.split()} == {
        c for c in columns if c[0] == "publish_records_a"
    }
    indexes = {r["indexname"] for r in run("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")}
    assert indexes >= {
        "idx_publish_jobs_status",
        "idx_publish_jobs_scheduled",
        "idx_publish_jobs_created_at",
        "idx_publish_records_job_id",
        "idx_publish_records_status",
        "idx_publish_records_platform",
        "idx_publish_records_job_platform",
        "idx_platform_credentials_platform_account",
        "idx_platform_credentials_status",
        "idx_platform_credentials_expires_at",
    }
    checks = {
        r["conname"]: r["def"]
        for r in run("SELECT conname, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE contype = 'c'")
    }
    for name, values in {
        "publish_jobs_status_check": JOB.states,
        "publish_records_status_check": RECORD.states,
        "publish_records_error_type_check": ("network_timeout", "unknown"),
        "publish_jobs_platforms_check": (),
        "publish_jobs_priority_check": (),
        "publish_records_retry_count_check": (),
        "publish_records_max_retries_check": (),
    }.items():
        assert all(f"'{value}'" in checks[name] for value in values)


def test_as_own_inserts_work_and_such_rows_are_never_sent(app, commit):
    item = commit(lambda: make_record("success")).job_id
    content = run("SELECT content_id FROM publish_jobs WHERE id = :id", id=item)[0]["content_id"]

    def insert():
        job = db.session.scalar(
            sa.text(
                "INSERT INTO publish_jobs (content_id, platforms, priority) VALUES (:c, ARRAY['douyin', 'xiaohongshu'], 1) RETURNING id"
            ),
            {"c": content},
        )
        db.session.execute(
            sa.text(
                "INSERT INTO publish_records (job_id, platform, status) VALUES (:j, 'douyin', 'pending'), (:j, 'xiaohongshu', 'pending')"
            ),
            {"j": job},
        )
        return job

    job = commit(insert)
    from app.delivery.actions.sweep import hold_rows_by_hand
    from app.delivery.drain import drain

    assert drain() == 0 and transaction(hold_rows_by_hand) == 2 and transaction(hold_rows_by_hand) == 0
    run("DELETE FROM publish_jobs WHERE id = :id RETURNING id", id=job)
    assert not run("SELECT id FROM publish_records WHERE job_id = :id", id=job)


def test_a_renewed_lease_is_no_update(app, commit):
    key = commit(lambda: make_record("publishing")).id
    stamp = "SELECT updated_at FROM publish_records WHERE id = :id"
    before = run(stamp, id=key)[0]["updated_at"]
    run("UPDATE publish_records SET lease_expires_at = now() + interval '1 minute' WHERE id = :id RETURNING id", id=key)
    assert run(stamp, id=key)[0]["updated_at"] == before
    run("UPDATE publish_records SET step = 'commit' WHERE id = :id RETURNING id", id=key)
    assert run(stamp, id=key)[0]["updated_at"] > before
