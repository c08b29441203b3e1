"""Closed sets carry a CHECK; a job names a platform; append-only tables refuse TRUNCATE; holds know `campaign_window`.

What breaks a new rule is mended first: only plain SQL can have written it, for the desk's own verbs never did. What an
operator scheduled before platforms outside a campaign's own were refused goes out as it was scheduled.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OLD_REASONS = (
    "'late', 'account_paused', 'account_down', 'campaign_paused', 'budget', 'policy', 'emergency', 'changed', "
    "'restored', 'human', 'invariant'"
)
NEW_REASONS = OLD_REASONS.replace("'budget'", "'campaign_window', 'budget'")
ERROR_TYPES = (
    "'network_timeout', 'rate_limit', 'auth_failed', 'content_rejected', 'platform_error', 'invalid_parameters', "
    "'unknown'"
)
DISCLOSURES = "disclosure_level IN ('automated', 'assisted', 'none')"

MEND = f"""
UPDATE publish_jobs j SET platforms = coalesce(
    (SELECT array_agg(DISTINCT r.platform) FROM publish_records r WHERE r.job_id = j.id), ARRAY['unknown'])
  WHERE cardinality(platforms) = 0;
UPDATE publish_jobs SET disclosure_level = 'none' WHERE disclosure_level NOT IN ('automated', 'assisted', 'none');
UPDATE publish_records SET disclosure_level = 'none' WHERE disclosure_level NOT IN ('automated', 'assisted', 'none');
UPDATE publish_records SET post_type = 'feed' WHERE post_type NOT IN ('feed', 'story', 'reel', 'igtv', 'thread');
UPDATE publish_records SET step = NULL WHERE step NOT IN ('prepare', 'commit', 'confirm', 'reconcile');
UPDATE publish_records SET claimed_from = NULL WHERE claimed_from NOT IN ('pending', 'retrying');
UPDATE publish_attempts SET error_type = 'unknown' WHERE error_type NOT IN ({ERROR_TYPES});
UPDATE publish_jobs j SET metadata = coalesce(j.metadata, '{{}}')
    || jsonb_build_object('off_target', to_jsonb(j.platforms))
  FROM campaigns g WHERE g.id = j.campaign_id AND jsonb_array_length(g.target_platforms) > 0
    AND NOT g.target_platforms @> to_jsonb(j.platforms) AND j.status IN ('pending', 'running', 'partial', 'failed');
DELETE FROM rate_windows WHERE scope NOT IN ('account', 'host', 'slow_host');
"""
CHECKS = (
    ("publish_jobs", "platforms", "cardinality(platforms) > 0"),
    ("publish_jobs", "disclosure_level", DISCLOSURES),
    ("publish_records", "disclosure_level", DISCLOSURES),
    ("publish_records", "post_type", "post_type IN ('feed', 'story', 'reel', 'igtv', 'thread')"),
    ("publish_records", "step", "step IN ('prepare', 'commit', 'confirm', 'reconcile')"),
    ("publish_records", "claimed_from", "claimed_from IN ('pending', 'retrying')"),
    ("publish_attempts", "error_type", f"error_type IN ({ERROR_TYPES})"),
    ("publish_holds", "reason", f"reason IN ({NEW_REASONS})"),
    ("rate_windows", "scope", "scope IN ('account', 'host', 'slow_host')"),
)
REPLACED = (("publish_jobs", "platforms"), ("publish_holds", "reason"))
OLD = (
    ("publish_jobs", "platforms", "array_length(platforms, 1) > 0"),
    ("publish_holds", "reason", f"reason IN ({OLD_REASONS})"),
)
# TRUNCATE … CASCADE of one table must not empty another that is only added to.
GUARDED = (("events", "audit_guard"), ("artifacts", "refuse_change"))
# Whoever comes back from there finds no hold that the older CHECK would refuse.
BACK = """
UPDATE publish_holds SET reason = 'campaign_paused' WHERE reason = 'campaign_window' AND released_at IS NOT NULL;
DELETE FROM publish_holds WHERE reason = 'campaign_window';
"""


def upgrade() -> None:
    """Mend what breaks a rule, then add the rules."""
    op.execute(MEND)
    for table, name in REPLACED:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{name}_check")
    for table, name, rule in CHECKS:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check CHECK ({rule})")
    for table, guard in GUARDED:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {guard}()"
        )


def downgrade() -> None:
    """Back to the looser rules."""
    for table, _ in GUARDED:
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.execute(BACK)
    for table, name, _ in CHECKS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{name}_check")
    for table, name, rule in OLD:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check CHECK ({rule})")
