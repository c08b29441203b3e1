"""Tables of publishing: platforms, jobs, records, attempts, holds, rate windows, slots, local posts; A's view.

Columns, checks and index names of spec A are kept. `updated_at` is not moved by the renewal of a lease.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIMES = "created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()"
KEY = "id uuid CONSTRAINT {table}_pkey PRIMARY KEY DEFAULT gen_random_uuid()"
TABLES = (
    "platforms",
    "publish_jobs",
    "publish_records",
    "publish_attempts",
    "publish_holds",
    "rate_windows",
    "publish_slots",
    "local_posts",
)

PLATFORMS = """
CREATE TABLE platforms (
  {key},
  name text NOT NULL CONSTRAINT uq_platforms_name UNIQUE,
  display_name text NOT NULL,
  url text NOT NULL DEFAULT '',
  api_endpoint text,
  api_enabled boolean NOT NULL DEFAULT false,
  scraping_enabled boolean NOT NULL DEFAULT true,
  monitoring_active boolean NOT NULL DEFAULT true,
  check_frequency_minutes integer NOT NULL DEFAULT 60
    CONSTRAINT platforms_check_frequency_minutes_check CHECK (check_frequency_minutes > 0),
  policy_urls jsonb NOT NULL DEFAULT '[]'::jsonb,
  terms_urls jsonb NOT NULL DEFAULT '[]'::jsonb,
  community_guidelines_urls jsonb NOT NULL DEFAULT '[]'::jsonb,
  metadata jsonb NOT NULL DEFAULT '{{}}'::jsonb,
  created_by text,
  {times}
);
CREATE INDEX idx_platforms_active ON platforms (monitoring_active) WHERE monitoring_active;
"""

JOBS = """
CREATE TABLE publish_jobs (
  {key},
  content_id uuid NOT NULL CONSTRAINT fk_publish_jobs_content_id REFERENCES content_items (id),
  platforms text[] NOT NULL CONSTRAINT publish_jobs_platforms_check CHECK (array_length(platforms, 1) > 0),
  status text NOT NULL DEFAULT 'pending' CONSTRAINT publish_jobs_status_check
    CHECK (status IN ('pending', 'running', 'success', 'failed', 'partial', 'cancelled')),
  priority integer DEFAULT 0 CONSTRAINT publish_jobs_priority_check CHECK (priority >= 0 AND priority <= 2),
  scheduled_at timestamptz,
  metadata jsonb DEFAULT '{{}}'::jsonb,
  campaign_id uuid CONSTRAINT fk_publish_jobs_campaign_id REFERENCES campaigns (id),
  artifact_id uuid CONSTRAINT fk_publish_jobs_artifact_id REFERENCES artifacts (id),
  approval_id uuid CONSTRAINT fk_publish_jobs_approval_id REFERENCES approval_requests (id),
  timezone text NOT NULL DEFAULT 'UTC',
  idempotency_key text CONSTRAINT uq_publish_jobs_idempotency_key UNIQUE,
  created_by uuid CONSTRAINT fk_publish_jobs_created_by REFERENCES users (id),
  trace_id text,
  disclosure_level text NOT NULL DEFAULT 'none',
  {times}
);
CREATE INDEX idx_publish_jobs_status ON publish_jobs (status);
CREATE INDEX idx_publish_jobs_scheduled ON publish_jobs (scheduled_at)
  WHERE status = 'pending' AND scheduled_at IS NOT NULL;
CREATE INDEX idx_publish_jobs_created_at ON publish_jobs (created_at DESC);
CREATE INDEX idx_publish_jobs_content ON publish_jobs (content_id);
CREATE INDEX idx_publish_jobs_artifact ON publish_jobs (artifact_id);
CREATE INDEX idx_publish_jobs_campaign ON publish_jobs (campaign_id) WHERE campaign_id IS NOT NULL;
"""

RECORDS = """
CREATE TABLE publish_records (
  {key},
  job_id uuid NOT NULL CONSTRAINT fk_publish_records_job_id REFERENCES publish_jobs (id) ON DELETE CASCADE,
  platform text NOT NULL,
  status text NOT NULL DEFAULT 'pending' CONSTRAINT publish_records_status_check CHECK (status IN
    ('pending', 'retrying', 'publishing', 'confirming', 'unknown', 'failed', 'success', 'cancelled')),
  retry_count integer DEFAULT 0 CONSTRAINT publish_records_retry_count_check CHECK (retry_count >= 0),
  max_retries integer DEFAULT 3 CONSTRAINT publish_records_max_retries_check CHECK (max_retries >= 0),
  error_type text CONSTRAINT publish_records_error_type_check CHECK (error_type IN
    ('network_timeout', 'rate_limit', 'auth_failed', 'content_rejected', 'platform_error', 'invalid_parameters',
     'unknown') OR error_type IS NULL),
  error_message text,
  platform_post_id text,
  platform_url text,
  published_at timestamptz,
  metadata jsonb DEFAULT '{{}}'::jsonb,
  credential_id uuid CONSTRAINT fk_publish_records_credential_id REFERENCES platform_credentials (id),
  account_name text NOT NULL DEFAULT '',
  host text NOT NULL DEFAULT '',
  priority smallint NOT NULL DEFAULT 0,
  generation integer NOT NULL DEFAULT 1,
  attempt_count integer NOT NULL DEFAULT 0,
  look_count integer NOT NULL DEFAULT 0,
  crash_count integer NOT NULL DEFAULT 0,
  step text,
  claimed_from text,
  claimed_at timestamptz,
  due_at timestamptz NOT NULL DEFAULT now(),
  next_retry_at timestamptz,
  lease_owner text,
  lease_expires_at timestamptz,
  lease_epoch integer NOT NULL DEFAULT 0,
  resend_barred_at timestamptz,
  composed_hash text,
  composer_version integer,
  client_key text,
  container jsonb,
  disclosure_level text NOT NULL DEFAULT 'none',
  error_code text,
  dead_letter_at timestamptz,
  dead_letter_reason text,
  replayed_at timestamptz,
  unknown_since timestamptz,
  was_unknown boolean NOT NULL DEFAULT false,
  limit_waived_at timestamptz,
  post_type text NOT NULL DEFAULT 'feed',
  {times},
  CONSTRAINT uq_publish_records_job_account UNIQUE (job_id, platform, account_name)
);
CREATE INDEX idx_publish_records_job_id ON publish_records (job_id);
CREATE INDEX idx_publish_records_status ON publish_records (status);
CREATE INDEX idx_publish_records_platform ON publish_records (platform);
CREATE INDEX idx_publish_records_job_platform ON publish_records (job_id, platform);
CREATE INDEX idx_queue_due ON publish_records (due_at, next_retry_at) WHERE status IN ('pending', 'retrying');
CREATE INDEX idx_queue_conflict ON publish_records (credential_id, due_at)
  WHERE status IN ('pending', 'publishing', 'confirming', 'retrying', 'unknown');
CREATE INDEX idx_queue_dead_letter ON publish_records (dead_letter_at) WHERE dead_letter_at IS NOT NULL;
CREATE INDEX idx_queue_claim ON publish_records (credential_id, priority, due_at)
  WHERE status IN ('pending', 'retrying');
CREATE INDEX idx_queue_retry ON publish_records (next_retry_at)
  WHERE status IN ('pending', 'retrying') AND next_retry_at IS NOT NULL;
CREATE INDEX idx_queue_leased ON publish_records (lease_expires_at) WHERE lease_owner IS NOT NULL;
CREATE INDEX idx_queue_looks ON publish_records (next_retry_at) WHERE status IN ('confirming', 'unknown');
CREATE INDEX idx_publish_records_published ON publish_records (credential_id, published_at)
  WHERE published_at IS NOT NULL;
CREATE INDEX idx_publish_records_due ON publish_records (due_at DESC, id DESC);
CREATE INDEX idx_publish_records_settled ON publish_records (coalesce(published_at, dead_letter_at))
  WHERE status IN ('success', 'failed');
"""

ATTEMPTS = """
CREATE TABLE publish_attempts (
  {key},
  record_id uuid NOT NULL CONSTRAINT fk_publish_attempts_record_id REFERENCES publish_records (id) ON DELETE CASCADE,
  generation integer NOT NULL DEFAULT 1,
  number integer NOT NULL,
  step text NOT NULL CONSTRAINT publish_attempts_step_check
    CHECK (step IN ('prepare', 'commit', 'confirm', 'reconcile')),
  started_at timestamptz NOT NULL DEFAULT app_now(),
  finished_at timestamptz,
  outcome text CONSTRAINT publish_attempts_outcome_check CHECK (outcome IN ('yes', 'no', 'unknown') OR outcome IS NULL),
  error_type text,
  http_status integer,
  platform_code text,
  message text,
  request jsonb,
  response jsonb,
  request_id text,
  duration_ms integer,
  worker text,
  client_key text,
  fingerprint text,
  matched_by text,
  post_id text,
  post_url text,
  {times}
);
CREATE INDEX idx_publish_attempts_record ON publish_attempts (record_id, number);
CREATE INDEX idx_publish_attempts_started ON publish_attempts (started_at DESC);
CREATE INDEX idx_publish_attempts_evidence ON publish_attempts (record_id) WHERE outcome = 'yes';
"""

HOLDS = """
CREATE TABLE publish_holds (
  {key},
  scope text NOT NULL CONSTRAINT publish_holds_scope_check
    CHECK (scope IN ('record', 'job', 'account', 'campaign', 'platform', 'all')),
  scope_id text NOT NULL DEFAULT '',
  reason text NOT NULL CONSTRAINT publish_holds_reason_check CHECK (reason IN ('late', 'account_paused', 'account_down',
    'campaign_paused', 'budget', 'policy', 'emergency', 'changed', 'restored', 'human')),
  note text,
  placed_by uuid CONSTRAINT fk_publish_holds_placed_by REFERENCES users (id),
  placed_at timestamptz NOT NULL DEFAULT app_now(),
  released_by uuid CONSTRAINT fk_publish_holds_released_by REFERENCES users (id),
  released_at timestamptz,
  {times}
);
CREATE UNIQUE INDEX uq_publish_holds_open ON publish_holds (scope, scope_id, reason) WHERE released_at IS NULL;
CREATE INDEX idx_publish_holds_placed ON publish_holds (placed_at DESC);
"""

SMALL = """
CREATE TABLE rate_windows (
  {key},
  scope text NOT NULL,
  key text NOT NULL,
  remaining integer NOT NULL,
  resets_at timestamptz NOT NULL,
  {times},
  CONSTRAINT uq_rate_windows_scope_key UNIQUE (scope, key)
);
CREATE TABLE publish_slots (
  {key2},
  credential_id uuid NOT NULL CONSTRAINT fk_publish_slots_credential_id
    REFERENCES platform_credentials (id) ON DELETE CASCADE,
  weekday smallint NOT NULL CONSTRAINT publish_slots_weekday_check CHECK (weekday BETWEEN 0 AND 6),
  local_time time NOT NULL,
  {times},
  CONSTRAINT uq_publish_slots_time UNIQUE (credential_id, weekday, local_time)
);
CREATE TABLE local_posts (
  {key3},
  key text NOT NULL CONSTRAINT uq_local_posts_key UNIQUE,
  platform text NOT NULL,
  account_name text NOT NULL DEFAULT '',
  title text NOT NULL DEFAULT '',
  body text NOT NULL DEFAULT '',
  media jsonb NOT NULL DEFAULT '[]'::jsonb,
  slug text NOT NULL DEFAULT '',
  language text NOT NULL DEFAULT '',
  metadata jsonb NOT NULL DEFAULT '{{}}'::jsonb,
  published_at timestamptz NOT NULL DEFAULT app_now(),
  removed_at timestamptz,
  {times}
);
CREATE INDEX idx_local_posts_feed ON local_posts (platform, published_at DESC, id DESC) WHERE removed_at IS NULL;
CREATE INDEX idx_local_posts_changed ON local_posts (platform, updated_at DESC);
CREATE INDEX idx_local_posts_media ON local_posts USING gin (media jsonb_path_ops) WITH (fastupdate = off)
  WHERE removed_at IS NULL;
"""

# A's three statuses. A waiting retry is A's "failed with tries left": its count is one lower, because A counts a
# retry when it is made and we when it is planned; a wait for a rate limit uses none, but the last one is still listed.
# A cancelled record has no word in A and is left out.
VIEW = """
CREATE VIEW publish_records_a AS
SELECT id, job_id, platform,
  CASE WHEN status = 'success' THEN 'success' WHEN status IN ('failed', 'retrying') THEN 'failed' ELSE 'pending' END
    AS status,
  CASE WHEN status = 'failed' THEN max_retries
       WHEN status = 'retrying' THEN greatest(
         least(retry_count - CASE WHEN error_type = 'rate_limit' THEN 0 ELSE 1 END, max_retries - 1), 0)
       ELSE retry_count END AS retry_count,
  max_retries, error_type, error_message, platform_post_id, platform_url, published_at, created_at, updated_at, metadata
FROM publish_records WHERE status <> 'cancelled';
"""

# A renewed lease changes lease_expires_at and nothing else that a person would call an update.
RECORD_TRIGGER = """
CREATE TRIGGER update_publish_records_updated_at BEFORE UPDATE ON publish_records
FOR EACH ROW WHEN (OLD.lease_expires_at IS NOT DISTINCT FROM NEW.lease_expires_at
  OR OLD.lease_epoch <> NEW.lease_epoch OR OLD.status <> NEW.status OR OLD.step IS DISTINCT FROM NEW.step)
EXECUTE FUNCTION update_updated_at_column();
"""


def upgrade() -> None:
    """Create the tables, the view and the triggers."""
    for table, sql in (
        ("platforms", PLATFORMS),
        ("publish_jobs", JOBS),
        ("publish_records", RECORDS),
        ("publish_attempts", ATTEMPTS),
        ("publish_holds", HOLDS),
    ):
        op.execute(sql.format(key=KEY.format(table=table), times=TIMES))
    keys = [KEY.format(table=table) for table in ("rate_windows", "publish_slots", "local_posts")]
    op.execute(SMALL.format(key=keys[0], key2=keys[1], key3=keys[2], times=TIMES))
    op.execute(VIEW)
    op.execute(RECORD_TRIGGER)
    for table in TABLES:
        if table != "publish_records":
            op.execute(
                f"CREATE TRIGGER update_{table}_updated_at BEFORE UPDATE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()"
            )


def downgrade() -> None:
    """Drop them, newest first."""
    op.execute("DROP VIEW publish_records_a")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
