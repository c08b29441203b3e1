"""A desk as it looks after three years: people, accounts, campaigns, a month of open work, and any number of finished posts.

`begin` writes what every desk has once; `grow` adds finished records, four a job, spread evenly over the last three years, with
all that hangs on them (item, version, review, attempt, audit entries, posts of the own site). Set-based SQL; triggers rest.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

OPEN_JOBS = 750
UUID7 = "(lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7' || substr(md5({n} || '{kind}'), 1, 3) || '8' || substr(md5('{kind}' || {n}), 4, 15))::uuid"
TITLE = """CASE n % 10 WHEN 6 THEN '龍安寺の石庭 ' || n || '：' || (ARRAY['水草の手入れ','底床の選び方','流木の組み方','魚の群れ','光と影'])[1 + n / 10 % 5]
  WHEN 7 THEN '第' || n || '块石头：水流如何改变草地' WHEN 8 THEN 'الحجر رقم ' || n || ' والتيار' WHEN 9 THEN 'Moss 🌿 diary ' || n
  ELSE (ARRAY['Stone','Carpet','Driftwood','Light','Shrimp'])[1 + n / 10 % 5] || ' ' || n || ': what the current does to a carpet' END"""
TEXT = "title || '. The Oyaishi leans into the current; the other four follow. Day ' || n || ', ' || md5(n::text) || '. ' || repeat('Plants, stones and light keep a tank in balance. ', 4)"

ONCE = """
INSERT INTO users (email, username, full_name, role, password_hash, is_active)
  SELECT 'p' || n || '@bench.example', 'bench' || n, 'Person ' || n, (ARRAY['editor','reviewer','operator','viewer'])[1 + n % 4], NULL, true
  FROM generate_series(1, 30) n;
INSERT INTO platform_credentials (platform, account_name, credential_type, credentials, status, expires_at, last_verified_at)
  SELECT (ARRAY['site','mastodon','bluesky','webhook'])[1 + n % 4], 'account-' || n, 'token', '{}',
         CASE WHEN n = 38 THEN 'expired' WHEN n = 39 THEN 'invalid' ELSE 'active' END,
         CASE WHEN n % 4 = 1 THEN now() + n * interval '3 days' END, now()
  FROM generate_series(0, 39) n;
INSERT INTO campaigns (name, goal, target_platforms, status, start_time, end_time)
  SELECT 'Campaign ' || n, 'Show what one tank can be', '[]',
         CASE WHEN n <= 12 THEN 'active' WHEN n <= 16 THEN 'paused' WHEN n <= 20 THEN 'draft' ELSE 'completed' END,
         now() - n * interval '5 days' - interval '30 days', now() + CASE WHEN n <= 20 THEN interval '40 days' ELSE -n * interval '5 days' END
  FROM generate_series(1, 200) n;
INSERT INTO content_items (title, content, status, created_by, created_at, updated_at, scheduled_for, planned_platforms, approved_at)
  SELECT title, title, status, bench_person(n), now() - n * interval '2 hours', now() - n * interval '2 hours',
         CASE WHEN n % 2 = 0 THEN now() + n * interval '1 hour' END, ARRAY['site','mastodon'], CASE WHEN status = 'approved' THEN now() - n * interval '1 hour' END
  FROM (SELECT n, 'Idea ' || n || ' for a shallow tank' AS title,
               (ARRAY['draft','draft','draft','review','needs_revision','approved'])[1 + n % 6] AS status FROM generate_series(1, 600) n) s;
INSERT INTO artifacts (content_id, version, created_by, payload, content_hash, created_at)
  SELECT id, 1, created_by, jsonb_build_object('title', title, 'body', content), repeat(substr(md5(id::text), 1, 16), 4), created_at FROM content_items;
UPDATE content_items i SET current_version_id = a.id FROM artifacts a WHERE a.content_id = i.id;
INSERT INTO approval_requests (related_entity_id, requested_by, author_id, requested_at, created_at, status, artifact_id, content_hash, due_at, expires_at)
  SELECT i.id, i.created_by, i.created_by, i.created_at, i.created_at, 'pending', a.id, a.content_hash, i.created_at + interval '2 days', now() + interval '3 days'
  FROM content_items i JOIN artifacts a ON a.content_id = i.id WHERE i.status = 'review'
"""

MORE = f"""
CREATE TEMP TABLE bench_new AS
  SELECT n, at, CASE WHEN n % 3 = 0 THEN c.id END AS campaign, bench_person(n::int) AS author, {TITLE} AS title,
    {UUID7.format(at="at", n="n", kind="i")} AS item, {UUID7.format(at="at", n="n", kind="v")} AS version,
    {UUID7.format(at="at", n="n", kind="q")} AS request, {UUID7.format(at="at", n="n", kind="j")} AS job, is_open
  FROM (SELECT :base + n AS n, :open AS is_open, CASE WHEN :open THEN :first + :days * interval '1 day' * (n - 0.5) / :jobs
          ELSE now() - interval '1095 days' * (1 - (n - 0.5) / :jobs) END AS at FROM generate_series(1, :jobs) n) s
  LEFT JOIN (SELECT id, row_number() OVER (ORDER BY name) - 1 AS k FROM campaigns) c ON c.k = n / 3 % 200;
INSERT INTO content_items (id, title, content, status, created_by, created_at, updated_at, scheduled_for, planned_platforms, published_at,
    campaign_id, current_version_id, approved_version_id, approved_at, language, open_records, live_records, word_count)
  SELECT item, title, {TEXT}, CASE WHEN is_open THEN 'scheduled' WHEN n % 20 = 0 THEN 'archived' ELSE 'published' END, author,
    least(at, now()) - interval '3 days', least(at, now() - n % 86400 * interval '1 second'), at, ARRAY['site','mastodon','bluesky','webhook'],
    CASE WHEN NOT is_open THEN at END, campaign, version, version, least(at, now()) - interval '1 day',
    CASE n % 10 WHEN 6 THEN 'ja' WHEN 7 THEN 'zh' WHEN 8 THEN 'ar' ELSE 'en' END, CASE WHEN is_open THEN 4 ELSE 0 END, CASE WHEN is_open THEN 0 ELSE 4 END, 60
  FROM bench_new;
INSERT INTO artifacts (id, content_id, version, created_by, payload, content_hash, created_at)
  SELECT version, item, 1, author, jsonb_build_object('title', title, 'body', {TEXT}), repeat(substr(md5(item::text), 1, 16), 4), least(at, now()) - interval '3 days' FROM bench_new;
INSERT INTO approval_requests (id, related_entity_id, requested_by, author_id, requested_at, created_at, status, approved_by, approved_at, settled_at, artifact_id, content_hash)
  SELECT request, item, author, author, least(at, now()) - interval '2 days', least(at, now()) - interval '2 days', 'approved', bench_person(n::int + 1),
    least(at, now()) - interval '1 day', least(at, now()) - interval '1 day', version, repeat(substr(md5(item::text), 1, 16), 4) FROM bench_new;
INSERT INTO review_decisions (artifact_id, decision, next_action, reviewer_id, request_id, created_at)
  SELECT version, 'approve', 'publish', bench_person(n::int + 1)::text, request, least(at, now()) - interval '1 day' FROM bench_new;
INSERT INTO review_comments (request_id, author_id, version, body, created_at)
  SELECT request, author, 1, 'Good to go.', least(at, now()) - interval '1 day' FROM bench_new WHERE n % 10 = 0;
CREATE TEMP TABLE bench_rows AS
  SELECT j.*, r, a.id AS account, a.platform, a.account_name, {UUID7.format(at="at", n="(n * 4 + r)", kind="r")} AS record,
    CASE WHEN is_open THEN CASE WHEN n * 4 + r <= 40 THEN 'unknown' WHEN n * 4 + r <= 60 THEN 'confirming' WHEN n * 4 + r <= 160 THEN 'retrying' ELSE 'pending' END
         WHEN (n * 4 + r) % 100 < 96 THEN 'success' WHEN (n * 4 + r) % 100 < 99 THEN 'failed' ELSE 'cancelled' END AS status
  FROM bench_new j CROSS JOIN generate_series(0, 3) r
  JOIN (SELECT *, row_number() OVER (ORDER BY substr(account_name, 9)::int) - 1 AS k FROM platform_credentials WHERE account_name LIKE 'account-%') a ON a.k = (n * 4 + r) % 40;
INSERT INTO publish_jobs (id, content_id, platforms, status, scheduled_at, created_at, updated_at, campaign_id, artifact_id, approval_id, created_by)
  SELECT job, item, ARRAY['site','mastodon','bluesky','webhook'], CASE WHEN is_open THEN 'pending' WHEN n % 100 < 90 THEN 'success' ELSE 'partial' END, at,
    least(at, now()) - interval '1 hour', least(at, now()), campaign, version, request, author FROM bench_new;
INSERT INTO publish_records (id, job_id, platform, account_name, credential_id, status, error_type, error_message, attempt_count, due_at, published_at,
    dead_letter_at, dead_letter_reason, created_at, updated_at, platform_url, platform_post_id, remote_account, host, composed_hash, next_retry_at, was_unknown, unknown_since)
  SELECT record, job, platform, account_name, account, status, f.kind, CASE WHEN f.kind IS NOT NULL THEN 'The platform said no' END, CASE WHEN is_open THEN 0 ELSE 1 END, at,
    CASE WHEN status = 'success' THEN at + (3 + n % 5) * interval '1 second' END, CASE WHEN status = 'failed' THEN at + interval '5 minutes' END,
    CASE WHEN status = 'failed' THEN CASE WHEN n % 33 = 0 THEN f.kind ELSE 'given_up' END END, least(at, now()) - interval '1 hour', least(at, now()),
    CASE WHEN status = 'success' THEN 'https://example.org/' || n || '/' || r END, CASE WHEN status = 'success' THEN 'post-' || n || '-' || r END, platform || ':' || account_name, platform,
    repeat(substr(md5(record::text), 1, 16), 4), CASE WHEN status IN ('retrying','confirming') OR (status = 'unknown' AND n % 2 = 0) THEN now() + interval '1 day' END,
    status = 'unknown', CASE WHEN status = 'unknown' THEN now() END
  FROM bench_rows, LATERAL (SELECT CASE WHEN status = 'failed' THEN (ARRAY['network_timeout','rate_limit','auth_failed','content_rejected','platform_error'])[1 + (n % 5)::int] END AS kind) f;
INSERT INTO publish_attempts (record_id, number, step, started_at, finished_at, outcome, error_type, http_status, message, duration_ms, post_id, created_at)
  SELECT record, 1, 'commit', at + interval '1 second', at + interval '2 seconds', CASE WHEN status = 'success' THEN 'yes' ELSE 'no' END,
    CASE WHEN status = 'failed' THEN 'platform_error' END, CASE WHEN status = 'success' THEN 200 ELSE 503 END, NULL, 900, CASE WHEN status = 'success' THEN 'post-' || n || '-' || r END, at
  FROM bench_rows WHERE NOT is_open AND status <> 'cancelled';
INSERT INTO local_posts (key, platform, account_name, title, body, slug, language, published_at, created_at, updated_at)
  SELECT substr(md5(record::text), 1, 16), 'site', account_name, title, {TEXT}, 'post', 'en', at, at, at FROM bench_rows WHERE platform = 'site' AND status = 'success';
INSERT INTO audit_log (occurred_at, trace_id, actor_type, actor_id, actor_name, entity_type, entity_id, entity_label, action)
  SELECT least(at, now()), md5(record::text), 'worker', NULL, 'Worker', 'publish_records', record::text, title, 'publishing.settle' FROM bench_rows
  UNION ALL SELECT least(at, now()) - interval '3 days', md5(item::text), 'human', author::text, 'Person', 'content_items', item::text, title, 'content.create' FROM bench_new
  UNION ALL SELECT least(at, now()) - interval '1 day', md5(request::text), 'human', author::text, 'Person', 'approval_requests', request::text, title, 'reviews.approve' FROM bench_new;
INSERT INTO notifications (user_id, kind, title, key, read_at, created_at, entity_type, entity_id)
  SELECT u.id, 'record_failed', title, record::text, CASE WHEN n % 33 <> 0 THEN at + interval '1 day' END, at, 'publish_records', record::text
  FROM bench_rows CROSS JOIN (SELECT id FROM users WHERE role = 'admin') u WHERE status = 'failed';
DROP TABLE bench_rows; DROP TABLE bench_new
"""

CROWDED = "date_trunc('month', now() + interval '62 days')"
"""The month with thousands of posts."""
MONTH = """
INSERT INTO content_items (title, content, status, created_by, created_at, updated_at, scheduled_for, planned_platforms, approved_at)
  SELECT 'Planned ' || n || ' for a shallow tank', 'One of many.', 'approved', bench_person(n), now() - n * interval '1 minute', now() - n * interval '1 minute',
         :first + n * interval '28 days' / :posts, ARRAY['site','mastodon'], now() - n * interval '1 minute' FROM generate_series(1, :posts) n;
UPDATE content_items SET campaign_id = (SELECT id FROM campaigns WHERE name = 'Campaign 2') WHERE scheduled_for >= :first;
UPDATE publish_jobs SET campaign_id = (SELECT id FROM campaigns WHERE name = 'Campaign 2') WHERE scheduled_at >= :first
"""

OLD = "now() - interval '540 days'"
DISUSED = f"""
CREATE TEMP TABLE bench_old AS SELECT r.id, r.job_id, j.content_id FROM publish_records r JOIN publish_jobs j ON j.id = r.job_id
  WHERE r.platform = 'bluesky' AND r.due_at < {OLD} AND substr(r.account_name, 9)::int % 8 = 2;
UPDATE publish_records r SET platform = 'sandbox' FROM bench_old o WHERE o.id = r.id;
UPDATE publish_jobs j SET platforms = array_replace(j.platforms, 'bluesky', 'sandbox') FROM bench_old o WHERE o.job_id = j.id;
UPDATE content_items i SET planned_platforms = array_replace(i.planned_platforms, 'bluesky', 'sandbox') FROM bench_old o WHERE o.content_id = i.id;
DROP TABLE bench_old
"""

PAST = """DO $$ BEGIN FOR m IN 1..37 LOOP
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF audit_log FOR VALUES FROM (%L) TO (%L)',
    'audit_log_' || to_char(date_trunc('month', now()) - make_interval(months => m), '"y"YYYY"m"MM'),
    date_trunc('month', now()) - make_interval(months => m), date_trunc('month', now()) - make_interval(months => m - 1));
END LOOP; END $$"""

PERSON = """CREATE FUNCTION bench_person(n int) RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT id FROM users WHERE username = 'bench' || (1 + n % 30) $$"""


def begin(engine: sa.Engine, open_jobs: int = OPEN_JOBS) -> int:
    """Everything once, and a month of open work; returns how many records there are. To be called as the owner of the tables:
    triggers rest, which the app's role may not ask for."""
    _run(engine, [PERSON, PAST, *ONCE.split(";\n")], {})
    return _more(engine, 0, open_jobs, is_open=True)


def crowd(engine: sa.Engine, posts: int = 2000) -> None:
    """A month to come with so many approved plans and so many records, all of one campaign; and a day after it with as many."""
    with engine.connect() as connection:
        month = connection.scalar(sa.text("SELECT " + CROWDED))
        there = connection.scalar(sa.text("SELECT count(*) FROM content_items WHERE title LIKE 'Planned %'"))
    if there:
        return
    _more(engine, 10_000_000, posts // 4, is_open=True, first=month, days=28)
    _more(engine, 20_000_000, posts // 4, is_open=True, first=month + timedelta(days=45, hours=9), days=0.4)
    _run(engine, MONTH.split(";\n"), {"first": month, "posts": posts})
    settle(engine)


def has_begun(engine: sa.Engine) -> bool:
    """Whether this desk was filled before."""
    with engine.connect() as connection:
        return bool(connection.scalar(sa.text("SELECT count(*) FROM users WHERE username = 'bench1'")))


def grow(engine: sa.Engine, records: int) -> int:
    """Finished records until there are so many; analysed. Returns how many there are."""
    with engine.connect() as connection:
        have = connection.scalar(sa.text("SELECT count(*) FROM publish_records")) or 0
    return have if have >= records else _more(engine, have // 4, (records - have) // 4, is_open=False)


def disuse(engine: sa.Engine) -> None:
    """A platform that many posts went to, and none for a year and a half. To be called when the desk has grown."""
    with engine.connect() as connection:
        if connection.scalar(sa.text("SELECT EXISTS (SELECT FROM publish_records WHERE platform = 'sandbox')")):
            return
    _run(engine, DISUSED.split(";\n"), {})
    settle(engine)


def _more(engine: sa.Engine, base: int, jobs: int, is_open: bool, first: Any = None, days: float = 30) -> int:
    first = first or datetime.now(UTC)
    values = {"base": base, "jobs": jobs, "open": is_open, "first": first, "days": days}
    _run(engine, MORE.split(";\n"), values)
    return settle(engine)


def settle(engine: sa.Engine) -> int:
    """Vacuumed and analysed, as autovacuum leaves it; returns how many records there are."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("SET statement_timeout = 0"))
        connection.execute(sa.text("VACUUM ANALYZE"))
        return connection.scalar(sa.text("SELECT count(*) FROM publish_records")) or 0


def _run(engine: sa.Engine, statements: list[str], values: dict[str, object]) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SET LOCAL synchronous_commit = off"))
        for statement in filter(str.strip, statements):
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(sa.text(statement), used)
