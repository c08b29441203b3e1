"""Tables of content: items with their search column, immutable versions, drafts, assets, shelves and tags."""

from __future__ import annotations

from alembic import op

from migrations.triggers import updated_at_trigger

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Scripts without spaces between words; the same ranges stand in app/content/search.py.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u3400-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
PUNCTUATION = r"\u3000-\u303f\uff00-\uff20\ufe30-\ufe4f"

SEARCH = rf"""
CREATE FUNCTION content_search(title text, summary text, content text, tags text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH typed AS (
    SELECT lower(left(concat_ws(E'\n', title, summary, array_to_string(tags, ' '), content), 60000)) AS t
  ), pairs AS (
    SELECT array_agg(DISTINCT c || CASE WHEN n ~ '[{UNSPACED}]' THEN n ELSE '' END) AS found
    FROM typed,
      LATERAL (
        SELECT c, lead(c) OVER (ORDER BY i) AS n
        FROM unnest(string_to_array(CASE WHEN t ~ '[{UNSPACED}]' THEN t ELSE '' END, NULL)) WITH ORDINALITY AS u(c, i)
      ) AS neighbours
    WHERE c ~ '[{UNSPACED}]'
  )
  SELECT to_tsvector('pg_catalog.simple', regexp_replace(t, '[{UNSPACED}{PUNCTUATION}]+', ' ', 'g'))
    || coalesce(array_to_tsvector(pairs.found), ''::tsvector)
  FROM typed, pairs
$$;
COMMENT ON FUNCTION content_search(text, text, text, text[]) IS
  'Words of spaced scripts, pairs of neighbouring characters of the others; the first 60,000 characters (a tsvector holds 1 MB)';
"""

UP = """
CREATE TABLE content_items (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  content_type text NOT NULL DEFAULT 'post',
  title text NOT NULL,
  content text NOT NULL DEFAULT '',
  summary text,
  excerpt text,
  template_used text,
  source_materials jsonb NOT NULL DEFAULT '[]',
  quality_score numeric(3,2),
  readability_score integer,
  seo_score numeric(3,2),
  engagement_prediction numeric(3,2),
  status text NOT NULL DEFAULT 'draft',
  tags text[],
  categories text[],
  target_audience text,
  tone text,
  word_count integer,
  estimated_reading_time integer,
  scheduled_for timestamptz,
  published_at timestamptz,
  created_by uuid CONSTRAINT fk_content_items_created_by REFERENCES users (id),
  approved_by uuid CONSTRAINT fk_content_items_approved_by REFERENCES users (id),
  approved_at timestamptz,
  campaign_id uuid CONSTRAINT fk_content_items_campaign_id REFERENCES campaigns (id),
  timezone text NOT NULL DEFAULT 'UTC',
  planned_accounts jsonb NOT NULL DEFAULT '[]',
  planned_platforms text[] NOT NULL DEFAULT '{}',
  language text NOT NULL DEFAULT 'en',
  sensitivity_tags text[] NOT NULL DEFAULT '{}',
  generated_by text NOT NULL DEFAULT 'human',
  current_version_id uuid,
  approved_version_id uuid,
  approved_hash text,
  approved_composed jsonb,
  review_reason text,
  open_records integer NOT NULL DEFAULT 0,
  live_records integer NOT NULL DEFAULT 0,
  deleted_at timestamptz,
  search tsvector GENERATED ALWAYS AS (content_search(title, summary, content, tags)) STORED,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT content_items_status_check CHECK (status IN ('draft', 'review', 'needs_revision', 'approved', 'scheduled',
    'published', 'rejected', 'cancelled', 'archived')),
  CONSTRAINT content_items_generated_by_check CHECK (generated_by IN ('human', 'ai', 'hybrid')),
  CONSTRAINT content_items_open_records_check CHECK (open_records >= 0),
  CONSTRAINT content_items_live_records_check CHECK (live_records >= 0),
  CONSTRAINT content_items_quality_score_check CHECK (quality_score BETWEEN 0 AND 1)
);
CREATE INDEX idx_generated_content_status ON content_items (status);
CREATE INDEX idx_generated_content_type_status ON content_items (content_type, status);
CREATE INDEX idx_generated_content_published ON content_items (published_at DESC) WHERE published_at IS NOT NULL;
CREATE INDEX idx_generated_content_tags ON content_items USING gin (tags);
CREATE INDEX idx_generated_content_search ON content_items USING gin (search);
CREATE INDEX idx_content_quality_published ON content_items (quality_score DESC, published_at DESC)
  WHERE status = 'published' AND quality_score >= 0.7;
CREATE INDEX idx_content_items_campaign ON content_items (campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX idx_content_items_updated ON content_items (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX idx_content_items_created ON content_items (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX idx_content_items_title ON content_items (lower(title), id) WHERE deleted_at IS NULL;
CREATE INDEX idx_content_items_author ON content_items (created_by, updated_at);
CREATE INDEX idx_content_items_scheduled ON content_items (scheduled_for) WHERE scheduled_for IS NOT NULL;

CREATE TABLE artifacts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  task_id uuid,
  campaign_id uuid CONSTRAINT fk_artifacts_campaign_id REFERENCES campaigns (id),
  artifact_type text NOT NULL DEFAULT 'text',
  version integer NOT NULL,
  content_ref text NOT NULL DEFAULT '',
  metadata jsonb,
  sources jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  content_id uuid CONSTRAINT fk_artifacts_content_id REFERENCES content_items (id),
  created_by uuid CONSTRAINT fk_artifacts_created_by REFERENCES users (id),
  payload jsonb NOT NULL DEFAULT '{}',
  content_hash char(64),
  parent_artifact_id uuid CONSTRAINT fk_artifacts_parent_artifact_id REFERENCES artifacts (id),
  CONSTRAINT artifacts_artifact_type_check CHECK (artifact_type IN ('text', 'image', 'video', 'plan', 'metrics_batch')),
  CONSTRAINT artifacts_version_check CHECK (version >= 1),
  CONSTRAINT artifacts_maker_check CHECK ((task_id IS NULL) <> (created_by IS NULL)),
  CONSTRAINT uq_artifacts_task_version UNIQUE (task_id, artifact_type, version),
  CONSTRAINT uq_artifacts_content_version UNIQUE (content_id, artifact_type, version)
);
CREATE INDEX idx_artifact_task ON artifacts (task_id);
CREATE INDEX idx_artifact_campaign ON artifacts (campaign_id);
CREATE INDEX idx_artifact_type ON artifacts (artifact_type);
CREATE INDEX idx_artifact_hash ON artifacts (content_hash);
CREATE TRIGGER refuse_artifacts_change BEFORE UPDATE ON artifacts FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE content_items
  ADD CONSTRAINT fk_content_items_current_version_id FOREIGN KEY (current_version_id) REFERENCES artifacts (id),
  ADD CONSTRAINT fk_content_items_approved_version_id FOREIGN KEY (approved_version_id) REFERENCES artifacts (id);

CREATE TABLE content_drafts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  item_id uuid NOT NULL,
  content_id uuid CONSTRAINT fk_content_drafts_content_id REFERENCES content_items (id) ON DELETE CASCADE,
  user_id uuid NOT NULL CONSTRAINT fk_content_drafts_user_id REFERENCES users (id) ON DELETE CASCADE,
  payload jsonb NOT NULL DEFAULT '{}',
  form jsonb NOT NULL DEFAULT '{}',
  base_version_id uuid CONSTRAINT fk_content_drafts_base_version_id REFERENCES artifacts (id),
  saved_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT uq_content_drafts_item_id_user_id UNIQUE (item_id, user_id)
);
CREATE INDEX idx_content_drafts_user ON content_drafts (user_id, saved_at);

CREATE TABLE content_assets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  filename text NOT NULL,
  original_filename text,
  file_path text NOT NULL,
  file_size bigint,
  mime_type text,
  file_type text,
  width integer,
  height integer,
  alt_text text,
  caption text,
  metadata jsonb NOT NULL DEFAULT '{}',
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  uploaded_by uuid CONSTRAINT fk_content_assets_uploaded_by REFERENCES users (id),
  is_active boolean NOT NULL DEFAULT true,
  content_hash char(64) NOT NULL CONSTRAINT uq_content_assets_content_hash UNIQUE,
  thumbnail_hash char(64),
  frames integer NOT NULL DEFAULT 1,
  duration double precision,
  codec jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT content_assets_file_size_check CHECK (file_size >= 0)
);
CREATE INDEX idx_content_assets_uploaded ON content_assets (uploaded_at);

CREATE TABLE content_asset_relations (
  content_id uuid NOT NULL CONSTRAINT fk_content_asset_relations_content_id REFERENCES content_items (id) ON DELETE CASCADE,
  asset_id uuid NOT NULL CONSTRAINT fk_content_asset_relations_asset_id REFERENCES content_assets (id) ON DELETE CASCADE,
  relation_type text NOT NULL DEFAULT 'attachment',
  sort_order integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (content_id, asset_id)
);
CREATE INDEX idx_content_asset_relations_asset ON content_asset_relations (asset_id);

CREATE TABLE content_categories (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL CONSTRAINT uq_content_categories_name UNIQUE,
  slug text NOT NULL CONSTRAINT uq_content_categories_slug UNIQUE,
  description text,
  parent_id uuid CONSTRAINT fk_content_categories_parent_id REFERENCES content_categories (id),
  sort_order integer NOT NULL DEFAULT 0,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE content_tags (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL CONSTRAINT uq_content_tags_name UNIQUE,
  slug text NOT NULL CONSTRAINT uq_content_tags_slug UNIQUE,
  description text,
  usage_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
"""

DOWN = """
ALTER TABLE content_items DROP CONSTRAINT fk_content_items_current_version_id, DROP CONSTRAINT fk_content_items_approved_version_id;
DROP TABLE content_tags, content_categories, content_asset_relations, content_assets, content_drafts, artifacts, content_items;
DROP FUNCTION content_search(text, text, text, text[]);
"""


def upgrade() -> None:
    """Create the search function first: the generated column needs it."""
    op.execute(SEARCH)
    op.execute(UP)
    for table in ("content_items", "content_assets", "content_categories", "content_tags"):
        op.execute(updated_at_trigger(table))


def downgrade() -> None:
    """Drop them."""
    op.execute(DOWN)
