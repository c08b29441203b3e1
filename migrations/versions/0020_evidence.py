"""Seals under a key, what the checks of the trail found, and archiving by a role of its own."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

# The key of the seals is a secret like those of the accounts: sealed by PRESSROOM_KEYS, so it goes along with every change
# of those keys, and whoever holds the database alone cannot compute a root.
TABLES = """
CREATE TABLE audit_keys (
    id text NOT NULL,
    made_under text NOT NULL,
    sealed text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_keys_pkey PRIMARY KEY (id)
);
CREATE TABLE audit_checks (
    kind text NOT NULL,
    checked_at timestamptz NOT NULL,
    seals integer NOT NULL,
    rows integer NOT NULL,
    problems integer NOT NULL,
    findings jsonb NOT NULL DEFAULT '[]',
    mark jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT audit_checks_pkey PRIMARY KEY (kind),
    CONSTRAINT audit_checks_kind_check CHECK (kind IN ('new', 'all'))
);
ALTER TABLE audit_seals ADD COLUMN key_name text;
CREATE FUNCTION audit_seal_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.to_at > clock_timestamp() THEN
        RAISE EXCEPTION 'a seal of % cannot cover time that is still to come', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_seals_in_time BEFORE INSERT ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_seal_in_time();
CREATE TRIGGER audit_keys_guard BEFORE DELETE ON audit_keys FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_keys_no_truncate BEFORE TRUNCATE ON audit_keys FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();
"""

# A setting can be made by anybody who has a connection; a role cannot. Roles are the server's, not the database's: the role
# is made after each migration, where that is allowed (app/core/rights.py).
AUDIT_GUARD = """
CREATE OR REPLACE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('app.archiving', true) = 'on'{who} THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.occurred_at IS DISTINCT FROM now() THEN
            RAISE EXCEPTION 'occurred_at of % is set by the database and cannot be written', TG_TABLE_NAME;
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % is refused: the audit log is only added to', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""
REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('app.archiving', true) = 'on'{who} THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION '% of % is refused: its rows are never changed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END;
$$;
COMMENT ON FUNCTION refuse_change() IS '{comment}';
"""
BY_ITS_ROLE = " AND current_user = 'pressroom_archiver'"

# Rows that fell into the default partition are put into the new one before it is attached: no guard has to be told to look away.
PARTITIONS = """
CREATE OR REPLACE FUNCTION audit_make_partitions(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    first timestamptz;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.partitions', 0));
    FOR ahead IN 0..months_ahead LOOP
        first := date_trunc('month', now()) + make_interval(months => ahead);
        part := 'audit_log_' || to_char(first, '"y"YYYY"m"MM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        IF EXISTS (SELECT 1 FROM audit_log_default WHERE occurred_at >= first AND occurred_at < first + interval '1 month') THEN
            ALTER TABLE audit_log DETACH PARTITION audit_log_default;
            EXECUTE format('CREATE TABLE %I (LIKE audit_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
            EXECUTE format('WITH moved AS (DELETE FROM audit_log_default WHERE occurred_at >= $1 AND occurred_at < $2 RETURNING *) '
                           'INSERT INTO %I SELECT * FROM moved', part) USING first, first + interval '1 month';
            EXECUTE format('ALTER TABLE audit_log ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, first, first + interval '1 month');
            ALTER TABLE audit_log ATTACH PARTITION audit_log_default DEFAULT;
        ELSE
            EXECUTE format('CREATE TABLE %I PARTITION OF audit_log FOR VALUES FROM (%L) TO (%L)', part, first, first + interval '1 month');
        END IF;
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_guard()', part || '_no_truncate', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
"""
OLD_PARTITIONS = """
CREATE OR REPLACE FUNCTION audit_make_partitions(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    first timestamptz;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.partitions', 0));
    FOR ahead IN 0..months_ahead LOOP
        first := date_trunc('month', now()) + make_interval(months => ahead);
        part := 'audit_log_' || to_char(first, '"y"YYYY"m"MM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        IF EXISTS (SELECT 1 FROM audit_log_default WHERE occurred_at >= first AND occurred_at < first + interval '1 month') THEN
            PERFORM set_config('app.archiving', 'on', true);
            ALTER TABLE audit_log DETACH PARTITION audit_log_default;
            EXECUTE format('CREATE TABLE %I PARTITION OF audit_log FOR VALUES FROM (%L) TO (%L)', part, first, first + interval '1 month');
            WITH moved AS (
                DELETE FROM audit_log_default WHERE occurred_at >= first AND occurred_at < first + interval '1 month' RETURNING *)
            INSERT INTO audit_log SELECT * FROM moved;
            ALTER TABLE audit_log ATTACH PARTITION audit_log_default DEFAULT;
            PERFORM set_config('app.archiving', '', true);
        ELSE
            EXECUTE format('CREATE TABLE %I PARTITION OF audit_log FOR VALUES FROM (%L) TO (%L)', part, first, first + interval '1 month');
        END IF;
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_guard()', part || '_no_truncate', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
"""

# With two roles the owner of this function may not see when the other's transactions began (pg_stat_activity hides it from
# a role that is neither a member of the other nor of pg_read_all_stats). Such a transaction holds the seal back until it ends.
HORIZON = """
CREATE OR REPLACE FUNCTION audit_horizon(margin interval DEFAULT '2 seconds') RETURNS timestamptz
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_prepared_xacts WHERE database = current_database())
        OR EXISTS (
            SELECT 1 FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'virtualxid' AND l.granted
            WHERE a.datname = current_database() AND a.usesysid IS NOT NULL AND a.backend_start IS NULL) THEN NULL
    ELSE least(clock_timestamp() - margin, (
        SELECT min(xact_start) FROM pg_stat_activity
        WHERE datname = current_database() AND xact_start IS NOT NULL AND backend_type <> 'autovacuum worker')) END
$$;
"""
OLD_HORIZON = """
CREATE OR REPLACE FUNCTION audit_horizon(margin interval DEFAULT '2 seconds') RETURNS timestamptz
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_prepared_xacts WHERE database = current_database()) THEN NULL
    ELSE least(clock_timestamp() - margin, (
        SELECT min(xact_start) FROM pg_stat_activity
        WHERE datname = current_database() AND xact_start IS NOT NULL AND backend_type <> 'autovacuum worker')) END
$$;
"""


def upgrade() -> None:
    """Keys, checks, and guards that ask for the role."""
    op.execute(TABLES)
    _guards(BY_ITS_ROLE, "For append-only tables; only the role pressroom_archiver may set app.archiving")
    op.execute(PARTITIONS)
    op.execute(HORIZON)


def downgrade() -> None:
    """Seals lose the name of their key; the guards look at the setting alone again."""
    op.execute(OLD_HORIZON)
    op.execute(OLD_PARTITIONS)
    _guards("", "For append-only tables; only the archive verb sets app.archiving")
    op.execute("DROP TRIGGER audit_seals_in_time ON audit_seals")
    op.execute("DROP FUNCTION audit_seal_in_time()")
    op.execute("ALTER TABLE audit_seals DROP COLUMN key_name")
    op.execute("DROP TABLE audit_checks, audit_keys")


def _guards(who: str, comment: str) -> None:
    op.execute(AUDIT_GUARD.replace("{who}", who))
    op.execute(REFUSE_CHANGE.replace("{who}", who).replace("{comment}", comment))
