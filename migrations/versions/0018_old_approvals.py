"""An approval covers the platforms that its reviewer was shown. Those made before that was kept covered every platform.

(`lock_timeout` is set for every migration by migrations/env.py.)
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Their page showed the planned accounts. Where none is planned, nobody knows what was shown: nothing is covered, and the
# item's page offers a new review. What they covered is kept beside it, for the way back.
UP = """
UPDATE content_items SET approved_composed = approved_composed || jsonb_build_object(
  'before', approved_composed->'hashes',
  'hashes', coalesce((SELECT jsonb_object_agg(slug, hash) FROM jsonb_each(approved_composed->'hashes') AS h (slug, hash)
                      WHERE slug = ANY (planned_platforms)), '{}'))
WHERE jsonb_typeof(approved_composed->'hashes') = 'object' AND NOT approved_composed ? 'posts'
"""
DOWN = """
UPDATE content_items SET approved_composed =
  (approved_composed - 'before') || jsonb_build_object('hashes', approved_composed->'before')
WHERE approved_composed ? 'before'
"""


def upgrade() -> None:
    """Cover what was planned. `updated_at` says when somebody changed an item, and nobody did."""
    op.execute("ALTER TABLE content_items DISABLE TRIGGER update_content_items_updated_at")
    op.execute(UP)
    op.execute("ALTER TABLE content_items ENABLE TRIGGER update_content_items_updated_at")


def downgrade() -> None:
    """Cover what they covered before."""
    op.execute("ALTER TABLE content_items DISABLE TRIGGER update_content_items_updated_at")
    op.execute(DOWN)
    op.execute("ALTER TABLE content_items ENABLE TRIGGER update_content_items_updated_at")
