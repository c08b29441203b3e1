"""A desk of any size, written by SQL: people, accounts, content with versions, jobs, records in every status, attempts.

Statuses are inserted as they are: this is load for lists and plans, not a demonstration.
"""

from __future__ import annotations

import sqlalchemy as sa

FILL = """
INSERT INTO users (email, username, full_name, role, password_hash, is_active)
  VALUES ('bench@pressroom.example', 'bench', 'Bench Person', 'admin', NULL, true) ON CONFLICT DO NOTHING;

INSERT INTO platform_credentials (platform, account_name, credential_type, credentials, status)
  SELECT (ARRAY['site','mastodon','bluesky','webhook'])[1 + n % 4], 'account-' || n, 'token', '{}', 'active'
  FROM generate_series(1, 12) n ON CONFLICT DO NOTHING;

INSERT INTO content_items (id, title, content, content_type, status, created_by, created_at)
  SELECT gen_random_uuid(), 'Stone ' || n || ': what the current does to a carpet', 'Text ' || n, 'post', 'published',
         (SELECT id FROM users WHERE username = 'bench'), now() - n * interval '7 minutes'
  FROM generate_series(1, :items) n;

CREATE TEMP TABLE bench_items AS SELECT id, row_number() OVER () AS n FROM content_items i
  WHERE NOT EXISTS (SELECT 1 FROM publish_jobs j WHERE j.content_id = i.id);
CREATE TEMP TABLE bench_accounts AS
  SELECT id, platform, account_name, row_number() OVER () - 1 AS n FROM platform_credentials WHERE account_name LIKE 'account-%';
CREATE INDEX ON bench_items (n);

INSERT INTO publish_jobs (id, content_id, platforms, status, scheduled_at, created_at)
  SELECT gen_random_uuid(), i.id, ARRAY['site'], 'success', now() - i.n * interval '7 minutes', now() - i.n * interval '7 minutes'
  FROM bench_items i;
CREATE TEMP TABLE bench_jobs AS SELECT id, row_number() OVER () AS n, scheduled_at FROM publish_jobs j
  WHERE NOT EXISTS (SELECT 1 FROM publish_records r WHERE r.job_id = j.id);
CREATE INDEX ON bench_jobs (n);

INSERT INTO publish_records (id, job_id, platform, account_name, credential_id, status, error_type, error_message,
                             attempt_count, retry_count, due_at, published_at, created_at, updated_at, platform_url)
  SELECT gen_random_uuid(), j.id, a.platform, a.account_name || '-' || r, a.id, s.status,
         CASE WHEN s.status = 'failed' THEN (ARRAY['network_timeout','rate_limit','auth_failed','content_rejected','platform_error'])[1 + (j.n % 5)::int] END,
         CASE WHEN s.status = 'failed' THEN 'The platform said no' END,
         1, 0, j.scheduled_at, CASE WHEN s.status = 'success' THEN j.scheduled_at + interval '3 seconds' END,
         j.scheduled_at, j.scheduled_at, CASE WHEN s.status = 'success' THEN 'https://example.org/' || j.n END
  FROM bench_jobs j
  CROSS JOIN generate_series(0, 3) r
  JOIN bench_accounts a ON a.n = (j.n + r) % 12
  CROSS JOIN LATERAL (SELECT CASE WHEN (j.n * 4 + r) % 100 < 92 THEN 'success' WHEN (j.n * 4 + r) % 100 < 97 THEN 'failed'
                                  WHEN (j.n * 4 + r) % 100 = 97 THEN 'unknown' WHEN (j.n * 4 + r) % 100 = 98 THEN 'cancelled'
                                  ELSE 'retrying' END AS status) s;
UPDATE publish_records SET next_retry_at = now() + interval '30 days', due_at = now() + interval '30 days'
  WHERE status IN ('retrying', 'unknown');
"""


def fill(engine: sa.Engine, records: int) -> int:
    """Add `records` publish records (four a job) and what they hang on; returns how many there are. Then analyse."""
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        for statement in FILL.split(";\n"):
            if statement.strip():
                values = {"items": records // 4} if ":items" in statement else {}
                connection.execute(sa.text(statement), values)
        for table in ("bench_items", "bench_accounts", "bench_jobs"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("SET statement_timeout = 0"))
        connection.execute(sa.text("VACUUM ANALYZE"))
        return connection.scalar(sa.text("SELECT count(*) FROM publish_records")) or 0
