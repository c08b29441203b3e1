"""Claiming: one statement takes as many due records as the caller has free threads, priority first, then due time.

Passed over: what is held, accounts that cannot be used or whose breaker is open, accounts and hosts at their cap
(counted over all processes; one at a time for a host whose last call timed out, for an account that is tried again
after its breaker, and for accounts with a gap or daily cap, so that the cap can be counted). Claims take turns by a
transaction lock, because two that count at once would both find room.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core import clock_state, clock_watch, settings
from app.core.db import db
from app.core.heartbeats import WorkerHeartbeat, is_fresh
from app.lib.liveness import SILENT_AFTER
from app.platforms import registry
from app.publishing.actions.holds import COVERED_ACCOUNT, COVERED_ITSELF
from app.publishing.models import PublishRecord
from app.publishing.reconcile import LEASE

LEASE_SECONDS = int(LEASE.total_seconds())
HOST_CAP = 4
WINDOW = 16
"""Due records counted per account and priority when it is asked how much waits."""

# One worker claims at a time. A process that is stopped while it holds the turn loses it after 3 s. A claim need not
# reach the disk: if it is lost, nothing was sent, and the commit point does not find its token.
_TURN = sa.text("""
SELECT set_config('idle_in_transaction_session_timeout', '3s', true), set_config('synchronous_commit', 'off', true),
  pg_advisory_xact_lock(hashtextextended('publishing.claim', 0)), app_now() AS now,
  EXISTS (SELECT 1 FROM publish_records WHERE status IN ('confirming', 'unknown') AND next_retry_at <= app_now()) AS has_looks
""")
_IN_HAND = """
WITH inhand AS MATERIALIZED (
  SELECT coalesce(nullif(c.remote_account, ''), c.id::text) AS place, r.host, r.step IN ('reconcile', 'confirm') AS is_look
  FROM publish_records r LEFT JOIN platform_credentials c ON c.id = r.credential_id WHERE r.lease_owner IS NOT NULL),
accounts AS MATERIALIZED (
  SELECT place, count(*) AS n, count(*) FILTER (WHERE NOT is_look) AS posts FROM inhand GROUP BY 1),
hosts AS MATERIALIZED (SELECT host, count(*) AS n, count(*) FILTER (WHERE is_look) AS looks FROM inhand GROUP BY 1),
jumped AS MATERIALIZED (SELECT jumped_from, jumped_at FROM clock_state
  WHERE moved_by > 0 AND jumped_at > app_now() - make_interval(secs => :refrain)),
spent AS MATERIALIZED (SELECT scope, split_part(key, '|', 1) AS who FROM rate_windows
  WHERE resets_at > app_now() AND (remaining <= 0 OR scope = 'slow_host')),
specs AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(CAST(:caps AS jsonb))
  AS x(slug text, account int, host int, gap int, day int)),
"""
# The first due records of one account and priority. The priority is a constant, because beside one that the planner does
# not know it takes the index without it, and reads the whole backlog to find nothing urgent.
_DUE = f"""
  (SELECT r.id, r.credential_id, r.host, r.priority, r.due_at
   FROM publish_records r JOIN publish_jobs j ON j.id = r.job_id AND j.artifact_id IS NOT NULL
   WHERE r.credential_id = u.id AND r.priority = {{priority}} AND r.status IN ('pending', 'retrying')
     AND r.due_at <= app_now() AND (r.next_retry_at IS NULL OR r.next_retry_at <= app_now())
     AND NOT EXISTS (SELECT 1 FROM spent WHERE scope = 'host' AND who = r.host)
     AND NOT EXISTS (SELECT 1 FROM jumped WHERE r.due_at > jumped_from AND r.due_at <= jumped_at)
     AND NOT {COVERED_ITSELF}
   ORDER BY r.due_at LIMIT CASE WHEN :beyond_caps THEN {WINDOW} ELSE u.account_cap - u.on_account END)
"""  # noqa: S608
# Two names of one remote account are one account here. Looks of an account do not keep its posts waiting, except where one call
# at a time is the rule; hosts count them all.
# From the accounts to their records, not the other way: the cost follows the accounts that have room, not the backlog.
_CANDIDATES = f"""
usable AS MATERIALIZED (
  SELECT c.id, coalesce(nullif(c.remote_account, ''), c.id::text) AS place, cap.on_account, coalesce(p.host, 4) AS host_cap, cap.account AS account_cap
  FROM platform_credentials c
  LEFT JOIN accounts a ON a.place = coalesce(nullif(c.remote_account, ''), c.id::text)
  LEFT JOIN specs p ON p.slug = c.platform
  CROSS JOIN LATERAL (SELECT
    CASE WHEN c.failure_streak >= :breaker AND c.breaker_open_until IS NOT NULL THEN 1
         WHEN coalesce(substring(c.configuration ->> 'min_gap' FROM '^[0-9]+$')::int, p.gap, 0) > 0
           OR coalesce(substring(c.configuration ->> 'max_per_day' FROM '^[0-9]+$')::int, p.day, 0) > 0 THEN 1
         ELSE coalesce(p.account, 2) END AS account) rule
  CROSS JOIN LATERAL (SELECT rule.account, coalesce(CASE WHEN rule.account = 1 THEN a.n ELSE a.posts END, 0) AS on_account) cap
  WHERE c.status = 'active' AND c.paused_at IS NULL AND c.deleted_at IS NULL
    AND (c.breaker_open_until IS NULL OR c.breaker_open_until <= app_now())
    AND (:beyond_caps OR cap.on_account < cap.account)
    AND NOT EXISTS (SELECT 1 FROM spent WHERE scope = 'account' AND who = c.id::text)
    AND NOT {COVERED_ACCOUNT}),
candidates AS MATERIALIZED (
  SELECT due.*, u.place AS account_place, u.on_account, u.account_cap, coalesce(o.n, 0) AS on_host,
    CASE WHEN EXISTS (SELECT 1 FROM spent WHERE scope = 'slow_host' AND who = due.host) THEN 1 ELSE u.host_cap END
      AS host_cap
  FROM usable u CROSS JOIN LATERAL ({" UNION ALL ".join(_DUE.format(priority=priority) for priority in (2, 1, 0))}) due
  LEFT JOIN hosts o ON o.host = due.host),
by_account AS (SELECT *, row_number() OVER (PARTITION BY account_place ORDER BY priority DESC, due_at) AS place
  FROM candidates),
by_host AS (SELECT *, row_number() OVER (PARTITION BY host ORDER BY priority DESC, due_at) AS host_place
  FROM by_account WHERE place + on_account <= account_cap),
free AS MATERIALIZED (SELECT id, priority, due_at FROM by_host WHERE host_place + on_host <= host_cap)
"""  # noqa: S608  (constants of this file; values are bound)
# Claims are counted by the minute: a record that is claimed again and again is stopped (actions/invariants.py). A minute
# that lies in the future was begun before the clock was put back.
_SAME_MINUTE = "r.claims_since > app_now() - interval '1 minute' AND r.claims_since <= app_now()"
_TAKEN = f"""lease_owner = :me, claim_token = gen_random_uuid(), lease_epoch = r.lease_epoch + 1,
  lease_expires_at = app_now() + interval '{LEASE_SECONDS} seconds',
  claims = CASE WHEN {_SAME_MINUTE} THEN r.claims + 1 ELSE 1 END,
  claims_since = CASE WHEN {_SAME_MINUTE} THEN r.claims_since ELSE app_now() END"""
_CLAIM = sa.text(f"""
{_IN_HAND} {_CANDIDATES},
mine AS MATERIALIZED (
  SELECT r.id FROM publish_records r JOIN free USING (id) WHERE r.status IN ('pending', 'retrying')
  ORDER BY free.priority DESC, free.due_at LIMIT :wanted FOR UPDATE OF r SKIP LOCKED)
UPDATE publish_records r SET status = 'publishing', step = 'prepare', claimed_from = r.status, claimed_at = app_now(),
  {_TAKEN}
FROM mine WHERE r.id = mine.id
RETURNING r.id, r.claim_token, 'prepare' AS step
""")  # noqa: S608
_RENEW = sa.text(f"""
UPDATE publish_records SET lease_expires_at = app_now() + interval '{LEASE_SECONDS} seconds'
WHERE claim_token = ANY(:tokens) AND id = ANY(:ids) AND step IN ('prepare', 'reconcile', 'confirm')
""")  # noqa: S608
# Looks keep to the caps of hosts too: one dead host must not take every thread.
_LOOKS = sa.text(f"""
{_IN_HAND}
due AS MATERIALIZED (
  SELECT r.id, r.host, r.next_retry_at, row_number() OVER (PARTITION BY r.host ORDER BY r.next_retry_at) AS place
  FROM publish_records r WHERE r.status IN ('confirming', 'unknown') AND r.next_retry_at <= app_now() AND r.lease_owner IS NULL),
roomy AS MATERIALIZED (
  SELECT due.id FROM due LEFT JOIN hosts o ON o.host = due.host
  WHERE due.place + coalesce(o.n, 0) <= CASE WHEN due.host = '' THEN 8
    WHEN EXISTS (SELECT 1 FROM spent WHERE scope = 'slow_host' AND who = due.host) THEN 1 ELSE {HOST_CAP} END
    AND (due.host = '' OR due.place + coalesce(o.looks, 0) <= :at_host)),
mine AS MATERIALIZED (
  SELECT r.id FROM publish_records r JOIN roomy USING (id) WHERE r.status IN ('confirming', 'unknown') AND r.lease_owner IS NULL
  ORDER BY r.next_retry_at LIMIT :wanted FOR UPDATE OF r SKIP LOCKED)
UPDATE publish_records r SET step = CASE r.status WHEN 'unknown' THEN 'reconcile' ELSE 'confirm' END,
  {_TAKEN}
FROM mine WHERE r.id = mine.id
RETURNING r.id, r.claim_token, r.step
""")  # noqa: S608
_WAITING = sa.text(f"""
{_IN_HAND} {_CANDIDATES}
SELECT (SELECT count(*) FROM candidates) + (SELECT count(*) FROM (SELECT 1 FROM publish_records r
    WHERE r.status IN ('confirming', 'unknown') AND r.next_retry_at <= app_now() AND r.lease_owner IS NULL LIMIT {WINDOW}) l)
  AS due,
  (SELECT extract(epoch FROM min(least(t.at)) - app_now()) FROM (
    (SELECT greatest(due_at, next_retry_at) AS at FROM publish_records WHERE status IN ('pending', 'retrying')
       AND due_at > app_now() ORDER BY due_at LIMIT 1)
    UNION ALL (SELECT next_retry_at FROM publish_records WHERE status IN ('pending', 'retrying')
       AND next_retry_at > app_now() ORDER BY next_retry_at LIMIT 1)
    UNION ALL (SELECT next_retry_at FROM publish_records WHERE status IN ('confirming', 'unknown')
       AND next_retry_at > app_now() ORDER BY next_retry_at LIMIT 1)) t) AS next_in
""")  # noqa: S608


class Claimed(NamedTuple):
    """A record that is ours until the lease ends: `token` fences every write, `step` says what is to be done."""

    id: uuid.UUID
    token: uuid.UUID
    step: str

    @property
    def is_lookup(self) -> bool:
        """Nothing is sent: it is asked what became of a call."""
        return self.step != "prepare"


def claim(me: str, wanted: int, looks: int | None = None) -> list[Claimed]:
    """Take up to `wanted` due records and due looks for the owner `me`. `looks` looks come first, so that no backlog of
    posts keeps them waiting (a quarter of the threads, at least one; a quarter of a host's calls), then posts, then looks."""
    before = clock_state.steady()
    turn = db.session.execute(_TURN).one()
    if clock_state.observe(turn.now, before):
        return []  # the clock has just jumped: what it jumped over waits until a lease has passed (D4)
    first = min(wanted, lookup_share(wanted) if looks is None else looks) if turn.has_looks else 0
    rows = _claim_lookups(me, first, lookup_share(HOST_CAP))
    rows += _claim_posts(me, wanted - len(rows))
    rows += _claim_lookups(me, wanted - len(rows) if turn.has_looks else 0, wanted)
    return [Claimed(row.id, row.claim_token, row.step) for row in rows]


def _claim_posts(me: str, wanted: int) -> list[sa.Row[Any]]:
    limits = {"wanted": wanted, "beyond_caps": False, **_bounds()}
    return list(db.session.execute(_CLAIM, {"me": me, **limits})) if wanted else []


def lookup_share(threads: int) -> int:
    """How many of so many threads are for looks first."""
    return max(1, threads // 4)


def _claim_lookups(me: str, wanted: int, at_host: int) -> list[sa.Row[Any]]:
    limits = {"wanted": wanted, "at_host": at_host, **_bounds()}
    return list(db.session.execute(_LOOKS, {"me": me, **limits})) if wanted else []


def renew(hand: Sequence[Claimed]) -> int:
    """Renew the leases of what is prepared or looked at. A call under way is not renewed: it has its deadline.

    Also those that have run out: until they are swept they are ours, and the clock may have jumped.
    """
    ids, tokens = [claimed.id for claimed in hand], [claimed.token for claimed in hand]
    result: Any = db.session.execute(_RENEW, {"ids": ids, "tokens": tokens})
    return int(result.rowcount)


def due_work() -> tuple[int, float | None]:
    """How much is due (a few per account; what waits for a cap counts), and in how many seconds the next one is."""
    row = db.session.execute(_WAITING, {"beyond_caps": True, **_bounds()}).one()
    return int(row.due), None if row.next_in is None else float(row.next_in)


def count_workers() -> tuple[int, int]:
    """Workers that have reported lately, and those of them with records in hand."""
    reported = sa.select(sa.func.count()).where(WorkerHeartbeat.kind == "publish", is_fresh(SILENT_AFTER))
    workers = db.session.scalar(reported) or 0
    busy = (
        db.session.scalar(
            sa.select(sa.func.count(PublishRecord.lease_owner.distinct())).where(PublishRecord.lease_owner.is_not(None))
        )
        or 0
    )
    return workers, busy


def _bounds() -> dict[str, Any]:
    return {"breaker": settings.get("accounts.breaker_after"), "caps": _caps(), "refrain": clock_watch.REFRAIN}


@cache
def _caps() -> str:
    """Calls at once per account and host, gap and daily cap of each platform, from the SPECs."""
    specs = [connector.spec for connector in registry.all()]
    return json.dumps(
        [
            {
                "slug": spec.slug,
                "account": spec.max_per_account,
                "host": spec.max_per_host,
                "gap": int(spec.min_gap.total_seconds() // 60),
                "day": spec.max_per_day or 0,
            }
            for spec in specs
        ]
    )
