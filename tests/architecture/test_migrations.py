"""The migrations and the models say the same; the way back works too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from app.core.db import Base, db
from migrations.filters import include_object


def test_autogenerate_finds_nothing(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": include_object, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_forward_back_and_forward_again(empty):
    upgrade()
    downgrade(revision="base")
    with db.engine.connect() as connection:
        left = connection.scalars(
            sa.text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')"
            )
        ).all()
    assert [name for name in left if name not in ("alembic_version",)] == []
    upgrade()


ACCOUNTS = """
SET session_replication_role = replica;
INSERT INTO platform_credentials (id, platform, account_name, credential_type, credentials, account_id, configuration, updated_at)
SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, platform, 'A' || n, 'token', '{}', account, config::jsonb, '2020-01-01'
FROM (VALUES
  (1, 'mastodon', '109', '{"instance": "https://Social.example:443"}'),
  (2, 'mastodon', '109', '{"instance": "https://social.example"}'),
  (3, 'mastodon', NULL, '{"instance": "https://social.example"}'),
  (4, 'bluesky', 'did:plc:a', '{"service": "https://bsky.social"}'),
  (5, 'webhook', 'https://Hook.example/In/', '{"url": "https://Hook.example/In"}'),
  (6, 'sandbox', 'sandbox', '{}'), (7, 'no-such-platform', 'x', '{}'), (8, 'mastodon', '9', '{"instance": "https://["}')
) made (n, platform, account, config);
INSERT INTO publish_records (job_id, platform, status, account_name, credential_id, platform_post_id, published_at, updated_at)
SELECT gen_random_uuid(), 'mastodon', status, who, ('00000000-0000-0000-0000-00000000000' || n)::uuid, post, at::timestamptz, '2020-01-01'
FROM (VALUES
  ('success', 'first', 1, 'p1', '2020-01-01'), ('success', 'double', 2, 'p1', '2020-01-02'), ('failed', 'failed', 2, 'p1', NULL),
  ('pending', 'waits', 1, NULL, NULL), ('success', 'unknown place', 3, 'p1', '2020-01-01')
) made (status, who, n, post, at);
"""


def test_the_remote_accounts_of_a_desk_that_ran_before_are_filled_in_as_the_next_check_will_find_them(empty):
    """(D14) Also where a post stands on two records already, with garbage in a row, and without touching `updated_at`."""
    upgrade(revision="0009")
    with db.engine.begin() as connection:
        connection.execute(sa.text(ACCOUNTS.replace(":443", "\\:443").replace("did:plc:a", "did\\:plc\\:a")))
    upgrade(revision="0013")
    with db.engine.connect() as connection:
        accounts = dict(
            connection.execute(sa.text("SELECT account_name, remote_account FROM platform_credentials")).all()
        )
        records = dict(connection.execute(sa.text("SELECT account_name, remote_account FROM publish_records")).all())
        moved = "SELECT count(*) FROM {} WHERE updated_at > '2020-01-02'"
        assert [connection.scalar(sa.text(moved.format(t))) for t in ("platform_credentials", "publish_records")] == [
            0,
            0,
        ]
    place = "mastodon:social.example:109"
    assert accounts == {
        "A1": place, "A2": place, "A3": "", "A4": "bluesky:did:plc:a", "A5": "webhook:hook.example/In", "A6": "", "A7": "", "A8": "",
    }  # fmt: skip
    assert records == {"first": place, "double": "", "failed": place, "waits": place, "unknown place": ""}
    downgrade(revision="0009")
    upgrade(revision="0013")


APPROVALS = """
SET session_replication_role = replica;
INSERT INTO content_items (id, title, content_type, content, status, planned_platforms, approved_composed, updated_at)
SELECT gen_random_uuid(), title, 'post', 'x', 'approved', planned::text[], composed::jsonb, '2020-01-01' FROM (VALUES
  ('planned', '{bluesky}', '{"version": 1, "hashes": {"site": "s", "bluesky": "b"}}'),
  ('unplanned', '{}', '{"version": 1, "hashes": {"site": "s", "bluesky": "b"}}'),
  ('none', '{site}', NULL), ('odd', '{site}', '[]'), ('odder', '{site}', '{"hashes": []}'),
  ('new', '{site}', '{"version": 1, "hashes": {"site": "s", "bluesky": "b"}, "posts": {}}')
) made (title, planned, composed);
"""


def test_an_approval_of_a_desk_that_ran_before_covers_what_was_planned_and_no_more(empty):
    """(S1) Nobody kept what was shown then. The way back gives what was there."""
    upgrade(revision="0009")
    with db.engine.begin() as connection:
        connection.exec_driver_sql(APPROVALS)
    before = _covered()
    upgrade()
    assert _covered() == {
        "planned": {"bluesky": "b"}, "unplanned": {}, "none": None, "odd": None, "odder": [], "new": {"site": "s", "bluesky": "b"},
    }  # fmt: skip
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM content_items WHERE updated_at > '2020-01-02'")) == 0
    downgrade(revision="0009")
    assert _covered() == before


def _covered():
    with db.engine.connect() as connection:
        return dict(connection.execute(sa.text("SELECT title, approved_composed->'hashes' FROM content_items")).all())


FORMER = """
INSERT INTO system_config (key, value) VALUES ('accounts.lock_minutes', '30'), ('vault.breaker_after', '9'), ('review.quorum', '2'),
  ('publishing.site_title', '"Stones"'), ('publishing.max_retries', '3');
INSERT INTO schedule_runs (name, started_at) VALUES ('vault.tend', now()), ('accounts.forget_old', now()), ('audit.seal', now());
INSERT INTO users (id, email, username, full_name) VALUES ('00000000-0000-0000-0000-000000000001', 'a@b.example', 'a', 'A');
INSERT INTO saved_views (user_id, page, name) VALUES ('00000000-0000-0000-0000-000000000001', 'accounts.staff', 'S'),
  ('00000000-0000-0000-0000-000000000001', 'vault.index', 'V'), ('00000000-0000-0000-0000-000000000001', 'content.index', 'C');
"""


def test_names_that_rows_carry_follow_the_rooms_and_come_back(empty):
    def names():
        with db.engine.connect() as connection:
            return [
                sorted(connection.scalars(sa.text(f"SELECT {column} FROM {table}")))
                for table, column in (("system_config", "key"), ("schedule_runs", "name"), ("saved_views", "page"))
            ]

    upgrade(revision="0028")
    with db.engine.begin() as connection:
        connection.execute(sa.text(FORMER))
    before = names()
    upgrade()
    assert names() == [
        ["accounts.breaker_after", "publishing.max_retries", "reviews.quorum", "site.title", "staff.lock_minutes"],
        ["accounts.check_due", "audit.seal", "staff.forget_old"],
        ["accounts.index", "content.index", "staff.index"],
    ]
    downgrade(revision="0028")
    assert names() == before
    upgrade()


DELIVERIES = """
INSERT INTO events (id, event_type) VALUES
  ('00000000-0000-0000-0000-000000000001', 'publishing.failed'), ('00000000-0000-0000-0000-000000000002', 'publishing.asks'),
  ('00000000-0000-0000-0000-000000000003', 'vault.left_active');
INSERT INTO event_deliveries (event_id, consumer) VALUES
  ('00000000-0000-0000-0000-000000000001', 'operations.tell_of_record'), ('00000000-0000-0000-0000-000000000002', 'operations.tell_of_record'),
  ('00000000-0000-0000-0000-000000000003', 'operations.tell_of_account'), ('00000000-0000-0000-0000-000000000003', 'publishing.follow_account');
"""


def test_notices_that_a_desk_had_still_to_tell_are_told_after_the_rooms_were_renamed(empty):
    def consumers() -> list[str]:
        with db.engine.connect() as connection:
            return list(
                connection.scalars(sa.text("SELECT consumer FROM event_deliveries ORDER BY event_id, consumer"))
            )

    upgrade(revision="0028")
    with db.engine.begin() as connection:
        connection.execute(sa.text(DELIVERIES))
    before = consumers()
    upgrade(revision="0029")
    assert consumers() == [
        "notifications.notify:record_failed", "notifications.notify:record_asks", "notifications.notify:account_left", "publishing.follow_account",
    ]  # fmt: skip
    downgrade(revision="0028")
    assert consumers() == before
