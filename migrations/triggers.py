"""SQL that several migrations share. It stands here and not in the app: what a migration does must not change with the app."""

from __future__ import annotations

UPDATED_AT_TRIGGER = """
CREATE TRIGGER update_{table}_updated_at BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()
"""


def updated_at_trigger(table: str) -> str:
    """SQL for a migration: keep `updated_at` of one table (spec A's trigger, same name)."""
    return UPDATED_AT_TRIGGER.format(table=table)
