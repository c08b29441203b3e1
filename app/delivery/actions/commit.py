"""The commit point: the one statement between a finished TLS hand-shake and the first byte of the create call.

It inserts the attempt and moves the record to `commit`, in its own transaction, only while the lease is ours, nothing
holds the record, its account may be used, no answer says that it is out already, and the very post that is about to leave
is the one that was approved and scheduled. When it does not, `NotNow` is raised and nothing is sent.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.content.compose import composed_hash
from app.core.db import db
from app.delivery.actions.claim import LEASE_SECONDS
from app.delivery.actions.delivery import Delivery
from app.outbound.exchange import Sending
from app.publishing.actions.holds import COVERED

# A record that somebody else is changing at this moment is not waited for: it is given back and claimed anew.
# Durable whatever the server's default is: a crash that forgot this row after the bytes had left would send them again.
_COMMIT = sa.text(f"""
WITH durable AS MATERIALIZED (SELECT set_config('synchronous_commit',
    replace(current_setting('synchronous_commit'), 'off', 'on'), true)),
asked AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(CAST(:calls AS jsonb)) AS x(id uuid, token uuid, key text, container jsonb,
  composed text, attempt uuid, request jsonb, request_id text, fingerprint text, worker text)),
free AS MATERIALIZED (SELECT id FROM publish_records WHERE id = ANY(:ids) FOR NO KEY UPDATE SKIP LOCKED),
mine AS (
  UPDATE publish_records r SET step = 'commit', lease_expires_at = app_now() + interval '{LEASE_SECONDS} seconds',
    attempt_count = r.attempt_count + 1, client_key = q.key, container = q.container, crash_count = 0,
    metadata = r.metadata - 'look_first'
  FROM asked q JOIN free USING (id)
  WHERE r.id = q.id AND r.claim_token = q.token AND r.step = 'prepare'
    AND r.status = 'publishing' AND r.lease_expires_at > app_now() AND r.resend_barred_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM publish_attempts a WHERE a.record_id = r.id AND a.outcome = 'yes' AND a.step <> 'withdraw')
    AND EXISTS (SELECT 1 FROM platform_credentials c WHERE c.id = r.credential_id AND c.status = 'active'
                AND c.paused_at IS NULL AND c.deleted_at IS NULL)
    AND r.composed_hash = q.composed
    AND EXISTS (SELECT 1 FROM publish_jobs j JOIN content_items i ON i.id = j.content_id WHERE j.id = r.job_id
                AND i.approved_version_id = j.artifact_id AND i.approved_composed->'hashes'->>r.platform = q.composed)
    AND NOT {COVERED}
  RETURNING r.id, r.generation, r.attempt_count, q.attempt)
INSERT INTO publish_attempts
  (id, record_id, generation, number, step, started_at, request, request_id, client_key, fingerprint, worker)
SELECT mine.attempt, mine.id, generation, attempt_count, 'commit', app_now(), q.request, q.request_id, q.key, q.fingerprint, q.worker
FROM mine JOIN asked q USING (attempt), durable
RETURNING id, started_at
""")  # noqa: S608


class CommitRefused(Exception):
    """The lease is lost, a hold was placed or the record is settled: nothing may be sent."""


class CreateCall(NamedTuple):
    """A create call that is about to leave: the record's delivery, the id that its attempt will have, the request."""

    delivery: Delivery
    attempt: uuid.UUID
    sending: Sending


def commit_all(calls: Sequence[CreateCall]) -> list[datetime | None]:
    """Insert the attempts and pass the point of no return, in one statement; the database's time for each that may be sent,
    None for each that may not."""
    bound = {"calls": json.dumps([_row(call) for call in calls]), "ids": [call.delivery.id for call in calls]}
    began = {row.id: row.started_at for row in db.session.execute(_COMMIT, bound)}
    return [began.get(call.attempt) for call in calls]


def commit_one(delivery: Delivery, attempt: uuid.UUID, sending: Sending) -> datetime:
    """The same for one call. Raises NotNow."""
    return enter_commit(delivery, commit_all([CreateCall(delivery, attempt, sending)])[0])


def enter_commit(delivery: Delivery, began: datetime | None) -> datetime:
    """The delivery stands at its commit step. Raises NotNow."""
    if began is None:
        raise CommitRefused
    delivery.step = "commit"
    return began


def _row(call: CreateCall) -> dict[str, Any]:
    delivery, sending = call.delivery, call.sending
    return {
        "id": str(delivery.id),
        "token": str(delivery.token),
        "key": delivery.key,
        "attempt": str(call.attempt),
        "worker": delivery.me,
        "container": delivery.container or None,
        "request": dict(sending.request),
        "request_id": sending.request_id or None,
        "fingerprint": sending.fingerprint,
        "composed": composed_hash(delivery.post),
    }
