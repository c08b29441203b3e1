"""How campaigns are found by the palette and the search page: by name or id."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.campaigns.models import Campaign
from app.core.finder import Query, columns, finder
from app.core.listing import contains


@finder("campaign", "Campaign", "speakerphone", "campaigns.show", place=30)
def campaigns(query: Query) -> sa.Select[Any]:
    """The one changed last first."""
    there = sa.or_(contains([Campaign.name], query.text), Campaign.id == query.key)
    found = columns(Campaign, Campaign.name, sa.literal("")).where(there, Campaign.deleted_at.is_(None))
    return found.order_by(Campaign.updated_at.desc())
