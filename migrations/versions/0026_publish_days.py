"""What was settled, added up by day and by span: for the charts and the tiles. Kept by a job, so publishing writes nothing here."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE publish_days (
  zone text NOT NULL,
  day date NOT NULL,
  platform text NOT NULL DEFAULT '',
  ok integer NOT NULL,
  failed integer NOT NULL,
  p50 double precision,
  p95 double precision,
  CONSTRAINT publish_days_pkey PRIMARY KEY (zone, day, platform)
);
CREATE TABLE publish_spans (
  zone text NOT NULL,
  days integer NOT NULL,
  platform text NOT NULL DEFAULT '',
  last date NOT NULL,
  ok integer NOT NULL,
  p50 double precision,
  p95 double precision,
  longest double precision,
  CONSTRAINT publish_spans_pkey PRIMARY KEY (zone, days, platform)
)
"""


def upgrade() -> None:
    """Create them empty: until the job has run, pages count the records themselves."""
    op.execute(UP)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE publish_spans, publish_days")
