"""Tables of audit: the log in monthly partitions that refuse change, its seals, events and their deliveries."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LOG = """
CREATE TABLE audit_log (
    occurred_at timestamptz NOT NULL DEFAULT now(),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    trace_id text NOT NULL,
    actor_type text NOT NULL,
    actor_id text,
    actor_name text,
    entity_type text,
    entity_id text,
    entity_label text,
    action text NOT NULL,
    tool_name text,
    inputs_hash text,
    output_summary text,
    changes jsonb NOT NULL DEFAULT '{}',
    severity text NOT NULL DEFAULT 'info',
    ip_address inet,
    user_agent text,
    session_id text,
    success boolean NOT NULL DEFAULT true,
    error_message text,
    CONSTRAINT audit_log_pkey PRIMARY KEY (occurred_at, id),
    CONSTRAINT audit_log_actor_type_check CHECK (actor_type IN ('planner', 'worker', 'judge', 'human', 'system')),
    CONSTRAINT audit_log_severity_check CHECK (severity IN ('info', 'warning', 'error'))
) PARTITION BY RANGE (occurred_at);
CREATE INDEX idx_audit_trace ON audit_log (trace_id);
CREATE INDEX idx_audit_entity ON audit_log (entity_type, entity_id, occurred_at);
CREATE INDEX idx_audit_actor ON audit_log (actor_type, actor_id, occurred_at);
CREATE INDEX idx_audit_action ON audit_log (action, occurred_at);
CREATE TABLE audit_log_default PARTITION OF audit_log DEFAULT;
"""

SEALS = """
CREATE TABLE audit_seals (
    day date NOT NULL,
    seq integer NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    rows integer NOT NULL,
    root_hash char(64) NOT NULL,
    prev_root char(64) NOT NULL,
    leaves bytea NOT NULL,
    form smallint NOT NULL DEFAULT 1,
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT audit_seals_pkey PRIMARY KEY (day, seq),
    CONSTRAINT uq_audit_seals_to_at UNIQUE (to_at),
    CONSTRAINT audit_seals_span_check CHECK (from_at < to_at)
);
"""

EVENTS = """
CREATE TABLE events (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    event_type text NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    severity text NOT NULL DEFAULT 'info',
    service_name text,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT events_pkey PRIMARY KEY (id),
    CONSTRAINT events_severity_check CHECK (severity IN ('info', 'warning', 'error'))
);
CREATE INDEX idx_events_type_created ON events (event_type, created_at);
CREATE TABLE event_deliveries (
    event_id uuid NOT NULL,
    consumer text NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    handled_at timestamptz,
    last_error text,
    CONSTRAINT event_deliveries_pkey PRIMARY KEY (event_id, consumer),
    CONSTRAINT fk_event_deliveries_event_id FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE CASCADE
);
CREATE INDEX idx_event_deliveries_open ON event_deliveries (next_try_at) WHERE handled_at IS NULL;
"""

# Change is refused for everybody, the owner included, unless the archive verb says `SET LOCAL app.archiving = 'on'`.
# The same trigger keeps the clock's word: occurred_at is the transaction's start, or the seal could be written around.
GUARD = """
CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('app.archiving', true) = 'on' THEN
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
CREATE TRIGGER audit_log_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_log_default_no_truncate BEFORE TRUNCATE ON audit_log_default FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_seals_guard BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_seals_no_truncate BEFORE TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();
CREATE TRIGGER events_guard BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION audit_guard();
"""

# One partition a month. Row triggers and indexes come with the parent; TRUNCATE triggers do not, so each gets its own.
# Rows that fell into the default partition meanwhile are moved: a partition cannot be made over them.
PARTITIONS = """
CREATE FUNCTION audit_make_partitions(months_ahead integer DEFAULT 3) RETURNS integer
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
SELECT audit_make_partitions(3);
"""

# What may be sealed: everything older than the oldest running transaction. An ordinary role does not see when others'
# transactions began, hence SECURITY DEFINER. Two seconds of margin cover a transaction that has read the clock but does
# not show in pg_stat_activity yet. A prepared transaction hides its start: nothing is sealed until it is gone.
HORIZON = """
CREATE FUNCTION audit_horizon(margin interval DEFAULT '2 seconds') RETURNS timestamptz
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_prepared_xacts WHERE database = current_database()) THEN NULL
    ELSE least(clock_timestamp() - margin, (
        SELECT min(xact_start) FROM pg_stat_activity
        WHERE datname = current_database() AND xact_start IS NOT NULL AND backend_type <> 'autovacuum worker')) END
$$;
"""

# D's trigger. It looks at the end of the transaction, so that what the desk's own verbs have recorded is not told twice.
WATCH = """
CREATE FUNCTION audit_row_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    key text := coalesce(after ->> 'id', before ->> 'id');
    who text := nullif(current_setting('app.current_user', true), '');
    delta jsonb;
BEGIN
    IF EXISTS (SELECT 1 FROM audit_log WHERE occurred_at = now() AND entity_type = TG_TABLE_NAME AND entity_id = key
               AND tool_name IS DISTINCT FROM 'trigger') THEN
        RETURN NULL;
    END IF;
    SELECT jsonb_object_agg(name, CASE WHEN name ~* '(password|secret|token|credential)' THEN '["•••", "•••"]'::jsonb
                                       ELSE jsonb_build_array(before -> name, after -> name) END)
      INTO delta
      FROM jsonb_object_keys(before || after) AS name
     WHERE before -> name IS DISTINCT FROM after -> name AND name <> 'updated_at';
    IF delta IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_log (trace_id, actor_type, actor_id, actor_name, entity_type, entity_id, entity_label, action, tool_name, changes, severity)
    VALUES (coalesce(nullif(current_setting('app.trace_id', true), ''), replace(gen_random_uuid()::text, '-', '')),
            CASE WHEN who IS NULL THEN 'system' ELSE 'human' END, who, coalesce(who, 'SQL as ' || session_user),
            TG_TABLE_NAME, key, coalesce(after ->> 'full_name', before ->> 'full_name'), 'sql.' || lower(TG_OP), 'trigger', delta, 'warning');
    RETURN NULL;
END $$;
CREATE FUNCTION audit_watch(watched regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE CONSTRAINT TRIGGER audit_row_change AFTER INSERT OR UPDATE OR DELETE ON %s '
                   'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_row_change()', watched);
END $$;
SELECT audit_watch('users');
"""


def upgrade() -> None:
    """Create them."""
    for part in (LOG, SEALS, EVENTS, GUARD, PARTITIONS, HORIZON, WATCH):
        op.execute(part)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TRIGGER audit_row_change ON users")
    op.execute("DROP TABLE event_deliveries, events, audit_seals, audit_log")
    op.execute("DROP FUNCTION audit_watch(regclass), audit_row_change(), audit_horizon(interval), audit_make_partitions(integer), audit_guard()")
