"""Has a record two posts, or an alarm that is open?"""

from __future__ import annotations

from app.cli.doctor.finding import Context, Findings, ok, wrong

ALARMS = "SELECT scope_id, note FROM publish_holds WHERE reason = 'invariant' AND released_at IS NULL ORDER BY placed_at LIMIT 5"
DOUBLES = """SELECT record_id FROM publish_attempts WHERE outcome = 'yes' AND step IN ('commit', 'confirm')
  AND NOT EXISTS (SELECT 1 FROM publish_holds WHERE reason = 'invariant' AND scope_id = record_id::text)
  GROUP BY record_id HAVING count(DISTINCT post_id) > 1 LIMIT 5"""


def invariants(context: Context) -> Findings:
    """No alarm of publishing is open, and no record has two posts that nobody was told of."""
    if context.link is None:
        return
    found = [(key, words) for key, words in context.rows(ALARMS)]
    found += [(key, "its answers name more than one post") for (key,) in context.rows(DOUBLES)]
    remedy = "open the record, look at the platform, withdraw what is too much, then release the hold"
    for key, words in found:
        yield wrong("publishing", f"record {key}: {words}", remedy)
    if not found:
        yield ok("publishing", "no record has two posts, no alarm is open")
