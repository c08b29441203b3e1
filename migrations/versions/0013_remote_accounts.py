"""The account at the other end as one text, on accounts and on records; one post there belongs to one record.

(`lock_timeout` is set for every migration by migrations/env.py.)

Rows are filled by the code's own function (app/accounts/remote.py), so that the next check of an account finds what stands
there; a second rule in SQL could differ by a letter and take a good account down as "another one".
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.platforms.addresses import host_of
from app.accounts.remote import remote_account

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE platform_credentials ADD COLUMN remote_account text NOT NULL DEFAULT '';
ALTER TABLE publish_records ADD COLUMN remote_account text NOT NULL DEFAULT '';
COMMENT ON COLUMN platform_credentials.remote_account IS
  'The account at the other end as one text (vault/remote.py); rows with the same one are one place';
CREATE INDEX idx_platform_credentials_remote_account ON platform_credentials (remote_account)
  WHERE remote_account <> '';
"""

# `updated_at` says when a person or a worker changed a row, and neither did.
FILL = """
ALTER TABLE publish_records DISABLE TRIGGER update_publish_records_updated_at;
UPDATE publish_records r SET remote_account = c.remote_account FROM platform_credentials c
WHERE c.id = r.credential_id AND c.remote_account <> '' AND r.platform <> 'webhook';
"""

# Where two records name one post already, the first keeps it; the others stay as they are, outside the index.
DOUBLES = """
UPDATE publish_records r SET remote_account = '' FROM (
  SELECT id, row_number() OVER (PARTITION BY remote_account, platform_post_id ORDER BY published_at, id) AS place
  FROM publish_records
  WHERE remote_account <> '' AND platform_post_id IS NOT NULL AND status = 'success'
) twin WHERE twin.id = r.id AND twin.place > 1;
ALTER TABLE publish_records ENABLE TRIGGER update_publish_records_updated_at;
"""

INDEX = """
CREATE UNIQUE INDEX uq_publish_records_remote_post ON publish_records (remote_account, platform_post_id)
  WHERE remote_account <> '' AND platform_post_id IS NOT NULL AND status = 'success'
"""


def upgrade() -> None:
    """Add the columns, fill them, then make what was not unique before so."""
    op.execute(COLUMNS)
    known = sa.text(
        "SELECT id, platform, account_id, coalesce(configuration ->> 'instance', '') AS server "
        "FROM platform_credentials WHERE account_id IS NOT NULL"
    )
    bind = op.get_bind()
    op.execute("ALTER TABLE platform_credentials DISABLE TRIGGER update_platform_credentials_updated_at")
    for row in bind.execute(known).all():
        place = remote_account(row.platform, host_of(row.server), row.account_id)
        fill = sa.text("UPDATE platform_credentials SET remote_account = :place WHERE id = :id")
        bind.execute(fill, {"place": place, "id": row.id})
    op.execute("ALTER TABLE platform_credentials ENABLE TRIGGER update_platform_credentials_updated_at")
    op.execute(FILL)
    op.execute(DOUBLES)
    op.execute(INDEX)


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP INDEX uq_publish_records_remote_post")
    op.execute("ALTER TABLE publish_records DROP COLUMN remote_account")
    op.execute("ALTER TABLE platform_credentials DROP COLUMN remote_account")
