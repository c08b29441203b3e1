"""Table `content_items` (of C, docs/data-model.md; our columns are marked +) and the states of an item."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.core.db import Row
from app.core.flow import Flow, State

ITEM = Flow(
    "content item",
    initial="draft",
    key="content",
    states={
        "draft": State("Draft", "idle", "circle-dashed", to={"review", "archived", "cancelled"}),
        "review": State("In review", "wait", "circle-dot", to={"approved", "needs_revision", "rejected", "draft"}),
        "needs_revision": State("Changes requested", "wait", "pencil", to={"draft", "review", "archived", "cancelled"}),
        "approved": State(
            "Approved", "plan", "user-check", to={"scheduled", "published", "draft", "review", "archived", "cancelled"}
        ),
        "scheduled": State("Scheduled", "plan", "clock", to={"published", "approved"}),
        "published": State(
            "Published", "ok", "circle-check", to={"scheduled", "approved", "draft", "archived", "cancelled"}
        ),
        "rejected": State("Rejected", "bad", "ban", to={"draft", "review", "archived", "cancelled"}),
        "cancelled": State("Cancelled", "idle", "circle-minus", to={"draft", "approved", "published"}),
        "archived": State("Archived", "idle", "archive", to={"draft", "approved", "published"}),
    },
)
EDITABLE = ("draft", "needs_revision", "rejected", "review", "approved", "published")
GENERATED_BY = ("human", "ai", "hybrid")
KINDS = (
    ("post", "Post"), ("article", "Article"), ("newsletter_article", "Newsletter article"), ("how_to", "How-to"),
    ("review", "Review"), ("seo_post", "Search post"), ("digest", "Digest"), ("interview", "Interview"),
)  # fmt: skip
EMPTY_LIST = text("'[]'::jsonb")


class ContentItem(Row):
    """What people see and plan. title, content, summary, word_count and scores repeat the current version; only `save_version`
    writes them and nothing publishes from them. open_records and live_records are kept by publishing through our actions."""

    __tablename__ = "content_items"

    content_type: Mapped[str] = mapped_column(default="post", server_default="post")
    title: Mapped[str]
    content: Mapped[str] = mapped_column(default="", server_default="")
    summary: Mapped[str | None]
    excerpt: Mapped[str | None]
    template_used: Mapped[str | None]
    source_materials: Mapped[list[Any]] = mapped_column(default=list, server_default=EMPTY_LIST)
    quality_score: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    readability_score: Mapped[int | None]
    seo_score: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    engagement_prediction: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    status: Mapped[str] = mapped_column(default=ITEM.initial, server_default=ITEM.initial)
    tags: Mapped[list[str] | None]
    categories: Mapped[list[str] | None]
    target_audience: Mapped[str | None]
    tone: Mapped[str | None]
    word_count: Mapped[int | None]
    estimated_reading_time: Mapped[int | None]
    scheduled_for: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("campaigns.id"))  # + from here on
    timezone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    planned_accounts: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=EMPTY_LIST)
    planned_platforms: Mapped[list[str]] = mapped_column(default=list, server_default=text("'{}'::text[]"))
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    sensitivity_tags: Mapped[list[str]] = mapped_column(default=list, server_default=text("'{}'::text[]"))
    generated_by: Mapped[str] = mapped_column(default="human", server_default="human")
    current_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("artifacts.id", use_alter=True))
    approved_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("artifacts.id", use_alter=True))
    approved_hash: Mapped[str | None]
    approved_composed: Mapped[dict[str, Any] | None]
    review_reason: Mapped[str | None]
    open_records: Mapped[int] = mapped_column(default=0, server_default="0")
    live_records: Mapped[int] = mapped_column(default=0, server_default="0")
    deleted_at: Mapped[datetime | None]
    search: Mapped[Any] = deferred(
        mapped_column(
            TSVECTOR, Computed("content_search(title, summary, content, tags)", persisted=True), nullable=True
        )
    )

    __table_args__ = (
        ITEM.check(),
        CheckConstraint(f"generated_by IN {GENERATED_BY}", name="generated_by"),
        CheckConstraint("open_records >= 0", name="open_records"),
        CheckConstraint("live_records >= 0", name="live_records"),
        CheckConstraint("quality_score BETWEEN 0 AND 1", name="quality_score"),
        Index("idx_generated_content_status", "status", "updated_at", "id"),
        Index("idx_generated_content_type_status", "content_type", "status"),
        Index(
            "idx_generated_content_published",
            text("published_at DESC"),
            postgresql_where=text("published_at IS NOT NULL"),
        ),
        Index("idx_generated_content_tags", "tags", postgresql_using="gin"),
        Index("idx_generated_content_search", "search", postgresql_using="gin"),
        Index("idx_content_items_platforms", "planned_platforms", postgresql_using="gin"),
        Index(
            "idx_content_items_ready",
            text("approved_at DESC NULLS LAST"),
            postgresql_where=text(
                "status = 'approved' AND open_records = 0 AND live_records = 0 AND deleted_at IS NULL"
            ),
        ),
        Index(
            "idx_content_quality_published",
            text("quality_score DESC"),
            text("published_at DESC"),
            postgresql_where=text("status = 'published' AND quality_score >= 0.7"),
        ),
        Index(
            "idx_content_items_campaign",
            "campaign_id",
            "status",
            "live_records",
            "open_records",
            postgresql_where=text("campaign_id IS NOT NULL AND deleted_at IS NULL"),
        ),
        Index("idx_content_items_updated", "updated_at", "id", postgresql_where=text("deleted_at IS NULL")),
        Index("idx_content_items_created", "created_at", "id", postgresql_where=text("deleted_at IS NULL")),
        Index("idx_content_items_title", text("lower(title)"), "id", postgresql_where=text("deleted_at IS NULL")),
        Index("idx_content_items_author", "created_by", "updated_at"),
        Index(
            "idx_content_items_planned",
            text("coalesce(scheduled_for, '2999-01-01 00:00:00+00'::timestamptz)"),
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "idx_content_items_scheduled",
            "scheduled_for",
            "id",
            postgresql_where=text("status IN ('draft', 'review', 'needs_revision', 'approved', 'rejected')"),
        ),
    )
