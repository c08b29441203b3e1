"""After a restore: what was open in the backup may have gone out since, so nothing goes before it was looked for.

    mark      SQL alone, run in the transaction that puts the rows back, so that nobody can claim between the two:
              the hold of everything; records that were due → unknown, looked for though all is held; later ones look first
    settle    the roll-ups and the history, once the desk's own code may touch the rows

A platform keeps a request alive for `absent_after`, and nobody knows when the lost desk sent last: where only a listing
can be asked, or the key was dated anew when it was sent, the first look waits that long after the restore.
Where nobody can be asked, a person is: a record that was
due becomes a question, a later one is held by itself. A failed one may have been replayed since: its replay looks first.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.audit import actions as audit
from app.core.db import db
from app.platforms import registry
from app.publishing import reconcile
from app.publishing.actions.holds import hold
from app.publishing.actions.rollups import derive
from app.publishing.models import OPEN, PublishHold, PublishRecord

NOTE = "The desk was restored from a backup. What may have gone out since is being looked for; release this when you have read the list."
_DOUBT = "The desk was restored from a backup; this is looked for at the platform before it is sent."
_ASK = "The desk was restored from a backup, and this platform cannot be asked whether this went out since."

# `look_first` for what was tried before, too: its last refusal would end the doubt without a look.
# Only columns of the first migration of publishing: the rows may come from an older desk.
_MARK = """
WITH specs AS (SELECT * FROM jsonb_to_recordset(CAST(:specs AS jsonb)) AS x(slug text, asked bool, keyed bool, wait int)),
open AS (
  SELECT r.id, coalesce(s.asked, false) AS asked, coalesce(s.keyed, false) AS keyed,
    CASE WHEN r.status <> 'publishing' THEN r.status WHEN r.step = 'commit' THEN 'unknown'
         ELSE coalesce(r.claimed_from, 'pending') END AS was,
    CASE WHEN s.keyed THEN interval '0' ELSE make_interval(secs => coalesce(s.wait, 900)) END AS wait,
    r.due_at <= app_now() + make_interval(secs => coalesce(s.wait, 900)) AS due,
    r.credential_id IS NULL OR j.artifact_id IS NULL AS bare
  FROM publish_records r JOIN publish_jobs j ON j.id = r.job_id LEFT JOIN specs s ON s.slug = r.platform
  WHERE r.status IN ('pending', 'publishing', 'confirming', 'retrying', 'unknown')),
facts AS (SELECT open.*, was IN ('pending', 'retrying') AND due AND NOT bare AS doubted FROM open)
UPDATE publish_records r SET
  status = CASE WHEN doubted THEN 'unknown' ELSE was END,
  was_unknown = true, look_count = 0, crash_count = 0,
  step = NULL, lease_owner = NULL, lease_expires_at = NULL, lease_epoch = r.lease_epoch + 1,
  unknown_since = CASE WHEN doubted THEN CAST(:taken_at AS timestamptz)
                       WHEN was = 'unknown' THEN coalesce(r.unknown_since, CAST(:taken_at AS timestamptz)) END,
  next_retry_at = CASE WHEN was = 'unknown' AND r.status = 'unknown' AND r.next_retry_at IS NULL THEN NULL
                       WHEN doubted OR was = 'unknown' THEN CASE WHEN asked THEN app_now() + wait END
                       ELSE r.next_retry_at END,
  error_type = CASE WHEN doubted THEN 'unknown' ELSE r.error_type END,
  error_code = CASE WHEN doubted THEN NULL ELSE r.error_code END,
  error_message = CASE WHEN doubted AND asked THEN :doubt WHEN doubted THEN :ask ELSE r.error_message END,
  max_retries = r.max_retries + CASE WHEN doubted THEN 1 ELSE 0 END,
  metadata = CASE WHEN was IN ('pending', 'retrying') AND (NOT doubted OR r.attempt_count > 0)
                  THEN coalesce(r.metadata, '{}') || '{"look_first": true}' ELSE r.metadata END
FROM facts WHERE facts.id = r.id
"""
_EACH = """
INSERT INTO publish_holds (scope, reason, scope_id, note)
SELECT 'record', 'restored', r.id::text, :ask FROM publish_records r
WHERE r.status IN ('pending', 'retrying') AND r.credential_id IS NOT NULL AND r.platform <> ALL (CAST(:askable AS text[]))
ON CONFLICT (scope, scope_id, reason) WHERE released_at IS NULL DO NOTHING
"""
_ALL = """
INSERT INTO publish_holds (scope, reason, note) VALUES ('all', 'restored', :note)
ON CONFLICT (scope, scope_id, reason) WHERE released_at IS NULL DO NOTHING
"""
_FAILED = "UPDATE publish_records SET was_unknown = true WHERE status = 'failed' AND NOT was_unknown"


def script(taken_at: datetime) -> str:
    """The marks as one SQL script without parameters, for the transaction that restores. `taken_at`: of the backup."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return "".join(
        str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%%", "%") + ";\n"
        for statement in _marks(taken_at)
    )


def settle(taken_at: datetime) -> dict[str, int]:
    """Roll-ups and history of marked records. Returns how many are open, looked for, asked of a person, look first."""
    hold("all", "", "restored", NOTE)
    derive(
        *db.session.scalars(sa.select(PublishRecord.job_id).where(PublishRecord.status.in_(OPEN)).distinct()),
        flush=False,
    )
    for row in db.session.scalars(
        sa.select(PublishRecord).where(PublishRecord.status == "unknown", PublishRecord.error_message == _ASK)
    ):
        audit.record("publishing.asks", row, label=row.label, severity="warning", note=_ASK)
    found = counts()
    held = db.session.scalars(
        sa.select(PublishHold).where(
            PublishHold.scope == "all", PublishHold.reason == "restored", PublishHold.released_at.is_(None)
        )
    ).one()
    audit.record(
        "publishing.restored",
        held,
        severity="warning",
        taken_at=[None, taken_at],
        note=f"Open {found['open']}: looked for {found['looked']}, asked {found['asked']}, look first {found['first']}.",
    )
    return found


def counts() -> dict[str, int]:
    """How the open records stand: `looked` are being looked for, `asked` wait for a person, `first` look when due."""
    record = PublishRecord
    own = (
        sa.exists()
        .where(
            PublishHold.scope == "record",
            PublishHold.scope_id == sa.cast(record.id, sa.Text),
            PublishHold.reason == "restored",
            PublishHold.released_at.is_(None),
        )
        .correlate(record)
    )
    checked = record.status.in_(("unknown", "confirming")) & record.next_retry_at.is_not(None)
    asked = (record.status == "unknown") & record.next_retry_at.is_(None) | own
    row = db.session.execute(
        sa.select(
            sa.func.count().label("open"),
            sa.func.count().filter(checked).label("looked"),
            sa.func.count().filter(asked).label("asked"),
            sa.func.count().filter(record.status.in_(("pending", "retrying")) & ~own).label("first"),
        ).where(record.status.in_(OPEN))
    ).one()
    return dict(row._mapping)


def _marks(taken_at: datetime) -> list[sa.TextClause]:
    specs = [connector.spec for connector in registry.all()]
    cases = [reconcile.Case(spec, taken_at) for spec in specs]
    facts = [
        {
            "slug": case.spec.slug,
            "asked": case.can_lookup,
            "keyed": case.has_key and not registry.get(case.spec.slug).renews_keys,
            "wait": int(case.spec.absent_after.total_seconds()),
        }
        for case in cases
    ]
    askable = "{" + ",".join(case.spec.slug for case in cases if case.can_lookup) + "}"
    values: list[tuple[str, dict[str, Any]]] = [
        (_ALL, {"note": NOTE}),
        (_MARK, {"specs": json.dumps(facts), "taken_at": taken_at.isoformat(), "doubt": _DOUBT, "ask": _ASK}),
        (_EACH, {"askable": askable, "ask": _ASK}),
        (_FAILED, {}),
    ]
    return [sa.text(sql).bindparams(**given) for sql, given in values]
