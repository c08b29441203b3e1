"""One post of a remote account belongs to one record. Everybody who gives a record its post asks here first."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from app.accounts import queries as account_queries
from app.core.locks import advisory
from app.publishing.queries.post_ownership import taken_post_ids


def lock_posts(credential_id: uuid.UUID) -> list[uuid.UUID]:
    """Let one at a time give posts of the remote account to records, until the transaction ends; its connections. Taken
    before any record is locked."""
    mine = account_queries.list_ids_at_place(credential_id)
    advisory(f"posts-{min(map(str, mine))}")
    return mine


def taken_posts(record_id: uuid.UUID, credential_id: uuid.UUID, post_ids: Collection[str]) -> frozenset[str]:
    """Which of these posts belong to other records of the remote account; it is locked by asking."""
    return taken_post_ids(record_id, lock_posts(credential_id), ids=post_ids)
