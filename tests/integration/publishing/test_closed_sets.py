"""What the tables refuse by themselves, whoever writes: empty platforms, words outside a closed set, TRUNCATE (J31)."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from app.campaigns.models import AGENT, CAMPAIGN
from app.core.db import db
from app.publishing.models import ATTEMPT_STEPS, JOB, REASONS, RECORD, SCOPES, STEPS
from app.publishing.models.job import DISCLOSURES
from app.publishing.models.record import ERROR_TYPES, POST_TYPES

SETS = [
    ("publish_jobs", "status", JOB.states),
    ("publish_jobs", "disclosure_level", DISCLOSURES),
    ("publish_records", "status", RECORD.states),
    ("publish_records", "disclosure_level", DISCLOSURES),
    ("publish_records", "post_type", POST_TYPES),
    ("publish_records", "step", STEPS),
    ("publish_records", "claimed_from", ("pending", "retrying")),
    ("publish_records", "error_type", ERROR_TYPES),
    ("publish_attempts", "step", ATTEMPT_STEPS),
    ("publish_attempts", "outcome", ("yes", "no", "unknown")),
    ("publish_attempts", "error_type", ERROR_TYPES),
    ("publish_holds", "scope", SCOPES),
    ("publish_holds", "reason", tuple(REASONS)),
    ("rate_windows", "scope", ("account", "host", "slow_host")),
    ("campaigns", "status", CAMPAIGN.states),
    ("agents", "status", AGENT.states),
]


@pytest.fixture
def plain(app, settings):
    """A plain connection with autocommit."""
    with psycopg.connect(settings.libpq_url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(("table", "column", "words"), SETS, ids=[f"{t}.{c}" for t, c, _ in SETS])
def test_a_closed_set_takes_each_of_its_words_and_no_other(plain, table, column, words):
    """(J31) The CHECK as the database has it, tried on values, in model and migration alike."""
    (rule,) = plain.execute(
        "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = %s AND convalidated",
        (f"{table}_{column}_check",),
    ).fetchone()
    (model,) = (c.sqltext for c in db.metadata.tables[table].constraints if c.name == f"{table}_{column}_check")
    for said in (rule, str(model)):
        for word in words:
            assert passes(plain, said, column, word) is True, (said, word)
        assert passes(plain, said, column, "nonsense") is False, said


def test_each_rule_of_the_models_stands_in_the_database_and_the_other_way_round(plain):
    """(J31) A table made by the models, as a developer's is, refuses what the desk's refuses."""
    there = plain.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace"
        " WHERE contype = 'c' AND nspname = 'public' AND conrelid <> 0"
    ).fetchall()
    checks = {
        (table.name, str(one.name))
        for table in db.metadata.tables.values()
        for one in table.constraints
        if isinstance(one, sa.CheckConstraint)
    }
    assert checks == {one for one in there if one[0] in db.metadata.tables}


def passes(plain, rule, column, word):
    return plain.execute(f"SELECT {rule} FROM (SELECT %s::text AS {column}) r", (word,)).fetchone()[0]


@pytest.mark.parametrize("platforms", ["'{}'", "ARRAY[]::text[]"])
def test_a_job_for_no_platform_is_refused(plain, platforms):
    """(J31) `array_length` of an empty array is NULL, and a CHECK lets NULL pass."""
    with pytest.raises(psycopg.errors.CheckViolation, match="publish_jobs_platforms_check"):
        plain.execute(f"INSERT INTO publish_jobs (content_id, platforms) VALUES (gen_random_uuid(), {platforms})")


@pytest.mark.parametrize("table", ["events", "artifacts", "review_decisions", "audit_log", "audit_seals"])
def test_what_is_only_added_to_is_not_emptied_either(plain, table):
    """(J31) Also not by the CASCADE of another table, and not with the archiver's setting."""
    with pytest.raises(psycopg.errors.Error, match=f"TRUNCATE of {table}.* is refused"):
        plain.execute(f"TRUNCATE {table} CASCADE")
    with pytest.raises(psycopg.errors.Error, match=f"TRUNCATE of {table}.* is refused"), plain.transaction():
        plain.execute("SET LOCAL app.archiving = 'on'")
        plain.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", ["content_items", "users"])
def test_the_cascade_of_another_table_does_not_empty_them(plain, table):
    with pytest.raises(psycopg.errors.Error, match="is refused"):
        plain.execute(f"TRUNCATE {table} CASCADE")


BAD = """
SET session_replication_role = replica;
INSERT INTO content_items (id, title) VALUES ('00000000-0000-0000-0000-00000000000a', 'Old');
INSERT INTO publish_jobs (id, content_id, platforms, disclosure_level) VALUES
  ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a', '{}', 'nonsense'),
  ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-00000000000a', '{}', 'none');
INSERT INTO publish_records (job_id, platform, disclosure_level, post_type, step, claimed_from) VALUES
  ('00000000-0000-0000-0000-000000000001', 'site', 'nonsense', 'carousel', 'nap', 'dream');
INSERT INTO campaigns (id, name, goal, target_platforms) VALUES
  ('00000000-0000-0000-0000-00000000000c', 'Old', 'Old', '["site"]');
INSERT INTO publish_jobs (id, content_id, platforms, campaign_id) VALUES
  ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-00000000000a', '{bluesky}', '00000000-0000-0000-0000-00000000000c'),
  ('00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-00000000000a', '{site}', '00000000-0000-0000-0000-00000000000c');
RESET session_replication_role;
"""
BACK = """
INSERT INTO publish_holds (scope, scope_id, reason) VALUES ('campaign', 'x', 'campaign_window');
INSERT INTO publish_holds (scope, scope_id, reason, released_at) VALUES ('campaign', 'y', 'campaign_window', now());
"""


def test_rows_that_break_a_new_rule_are_mended_on_the_way_up_and_down(empty):
    """(J31) An upgrade does not stop at what plain SQL once wrote; the way back does not stop at the new reason."""
    upgrade(revision="0009")
    with db.engine.begin() as connection:
        connection.execute(sa.text(BAD))
    upgrade(revision="0014")
    with db.engine.begin() as connection:
        jobs = connection.execute(
            sa.text("SELECT platforms, disclosure_level, metadata FROM publish_jobs ORDER BY id")
        ).all()
        record = connection.execute(
            sa.text("SELECT disclosure_level, post_type, step, claimed_from FROM publish_records")
        ).one()
        connection.execute(sa.text(BACK))
    assert [tuple(job) for job in jobs] == [
        (["site"], "none", {}),
        (["unknown"], "none", {}),
        (["bluesky"], "none", {"off_target": ["bluesky"]}),
        (["site"], "none", {}),
    ]
    assert tuple(record) == ("none", "feed", None, None)
    downgrade(revision="0009")
    with db.engine.begin() as connection:
        assert connection.scalars(sa.text("SELECT reason FROM publish_holds")).all() == ["campaign_paused"]
