"""Do the keys of this desk open its stored secrets?"""

from __future__ import annotations

from psycopg import sql

from app.cli.doctor.finding import Context, Findings, ok, wrong

COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')
  AND (column_name = 'key_id' OR column_name LIKE '%sealed%' OR column_name LIKE '%secret%')
"""


def sealed_secrets(context: Context) -> Findings:
    """Every stored secret names the key that sealed it; that key must be in the ring."""
    if context.link is None:
        return
    ring = {name for name, _ in context.settings.keys}
    strange = {name: number for name, number in _count_by_key(context).items() if name not in ring}
    for name, number in strange.items():
        yield wrong(
            "sealed secrets", f"{number} are sealed with the key {name!r}, which is not among PRESSROOM_KEYS",
            "put that key back into PRESSROOM_KEYS (after the newest one); without it the accounts must be connected again",
        )  # fmt: skip
    if not strange:
        yield ok("sealed secrets", "the keys open all of them" if ring else "none to open")


def _count_by_key(context: Context) -> dict[str, int]:
    """How many secrets each key sealed: rows that name it in `key_id`, and values v1.<key>.<…>."""
    counts: dict[str, int] = {}
    for table, column in context.rows(COLUMNS):
        place, source = sql.Identifier(column), sql.Identifier(table)
        if column == "key_id":
            query = sql.SQL("SELECT {0}, count(*) FROM {1} WHERE {0} IS NOT NULL GROUP BY 1")
        else:
            query = sql.SQL("SELECT split_part({0}, '.', 2), count(*) FROM {1} WHERE {0} LIKE 'v1.%' GROUP BY 1")
        for name, number in context.rows(query.format(place, source)):
            counts[name] = counts.get(name, 0) + number
    return counts
