"""The table `platforms` (docs/data-model.md), kept in step with the registry of connectors; rows that staff have added stay."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from app.core.db import db
from app.platforms import registry
from app.publishing.models import Platform


def sync_platforms() -> int:
    """One row per connector. Returns how many connectors there are."""
    specs = [connector.spec for connector in registry.all()]
    for spec in specs:
        row = insert(Platform).values(name=spec.slug, display_name=spec.name, api_enabled=True, created_by="pressroom")
        db.session.execute(
            row.on_conflict_do_update(index_elements=["name"], set_={"display_name": spec.name, "api_enabled": True})
        )
    return len(specs)
