"""Names that rows carry follow the rooms: settings, periodic jobs, open deliveries of events, lists that people saved.

What is in the trail stays as it was written; `app.audit.words` reads its old names. (`lock_timeout`: migrations/env.py.)
"""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# In this order forwards, turned round backwards: "accounts" was the staff before it was what "vault" was.
SETTINGS = (("accounts", "staff"), ("vault", "accounts"), ("review", "reviews"))
SITE_TITLE = ("publishing.site_title", "site.title")
JOBS = (
    ("accounts.forget_old", "staff.forget_old"),
    ("accounts.mail_links", "staff.mail_links"),
    ("vault.tend", "accounts.check_due"),
    ("audit.ring_open", "audit.redeliver"),
    ("publishing.check_invariants", "delivery.check_invariants"),
    ("publishing.check_twins", "delivery.check_duplicates"),
)
# what told people was a job for each kind of notice, is one job with the kind behind the colon; records were one job for two kinds
NOTIFY = "notifications.notify"
NOTICES = (
    ("operations.tell_of_account", "account_left"),
    ("operations.tell_of_expiry", "account_expires"),
    ("operations.tell_of_review", "review_asked"),
    ("operations.tell_of_decision", "review_decided"),
    ("operations.tell_of_undo", "review_undone"),
    ("operations.tell_of_record", "record_failed"),
)
LISTS = (("accounts.staff", "staff.index"), ("vault.index", "accounts.index"), ("operations.notices", "notifications.index"))


def upgrade() -> None:
    """To the names of today."""
    for old, new in SETTINGS:
        _prefix(old, new)
    _rename("system_config", "key", *SITE_TITLE)
    for old, new in JOBS:
        _rename("schedule_runs", "name", old, new)
        _rename("event_deliveries", "consumer", old, new)
    op.execute(
        f"UPDATE event_deliveries d SET consumer = '{NOTIFY}:record_asks' FROM events e "
        "WHERE e.id = d.event_id AND e.event_type = 'publishing.asks' AND d.consumer = 'operations.tell_of_record'"
    )
    for old, kind in NOTICES:
        _rename("event_deliveries", "consumer", old, f"{NOTIFY}:{kind}")
    for old, new in LISTS:
        _rename("saved_views", "page", old, new)


def downgrade() -> None:
    """Back to the names before."""
    for old, new in LISTS:
        _rename("saved_views", "page", new, old)
    for old, kind in (*NOTICES, ("operations.tell_of_record", "record_asks")):
        _rename("event_deliveries", "consumer", f"{NOTIFY}:{kind}", old)
    for old, new in JOBS:
        _rename("schedule_runs", "name", new, old)
        _rename("event_deliveries", "consumer", new, old)
    _rename("system_config", "key", *reversed(SITE_TITLE))
    for old, new in reversed(SETTINGS):
        _prefix(new, old)


def _prefix(old: str, new: str) -> None:
    """Where both names are there, what was set under the one of today stands."""
    renamed = f"'{new}.' || substr(key, {len(old) + 2})"
    op.execute(
        f"DELETE FROM system_config WHERE key LIKE '{old}.%' AND {renamed} IN (SELECT key FROM system_config)"
    )
    op.execute(f"UPDATE system_config SET key = {renamed} WHERE key LIKE '{old}.%'")


def _rename(table: str, column: str, old: str, new: str) -> None:
    """The same. A saved list keeps both: its name is a person's own."""
    same = {"event_deliveries": "there.event_id = here.event_id AND "}.get(table, "")
    if table != "saved_views":
        op.execute(
            f"DELETE FROM {table} here WHERE here.{column} = '{old}' "
            f"AND EXISTS (SELECT FROM {table} there WHERE {same}there.{column} = '{new}')"
        )
    op.execute(f"UPDATE {table} SET {column} = '{new}' WHERE {column} = '{old}'")
