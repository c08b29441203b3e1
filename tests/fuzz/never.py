"""What must never be true of the desk's tables, whatever was sent to it."""

from __future__ import annotations

import sqlalchemy as sa

from app.core.db import db
from app.delivery.actions.invariants import check_recent


def found() -> list[str]:
    """What must never be true of the desk's tables, whatever was sent to it."""
    out = [f"{words}: {number}" for words, sql in NEVER.items() if (number := db.session.scalar(sa.text(sql)))]
    if doubles := check_recent():
        out.append(f"records with two posts: {doubles}")
    return out


NEVER = {
    "an item whose current version is not its own": "SELECT count(*) FROM content_items i JOIN artifacts a ON a.id = i.current_version_id WHERE a.content_id <> i.id",
    "two open reviews of one item": "SELECT count(*) FROM (SELECT related_entity_id FROM approval_requests WHERE status IN ('pending', 'in_review') GROUP BY 1 HAVING count(*) > 1) x",
    "an approval by its own author": "SELECT count(*) FROM approval_requests r WHERE r.status = 'approved' AND r.approved_by = r.author_id",
    "a post of two records": "SELECT count(*) FROM (SELECT credential_id, platform_post_id FROM publish_records WHERE status = 'success' AND platform_post_id IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1) x",
    "a record due in a year nobody meant": "SELECT count(*) FROM publish_records WHERE due_at > now() + interval '10 years' OR due_at < now() - interval '10 years'",
    "a hold of nothing": "SELECT count(*) FROM publish_holds h WHERE scope = 'record' AND NOT EXISTS (SELECT 1 FROM publish_records r WHERE r.id::text = h.scope_id)",
    "a hold 'invariant'": "SELECT count(*) FROM publish_holds WHERE reason = 'invariant'",
}  # fmt: skip
