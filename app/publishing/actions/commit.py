"""The commit point: the one statement between a finished TLS hand-shake and the first byte of the create call.

It inserts the attempt and moves the record to `commit`, in its own transaction, only while the lease is ours, nothing
holds the record, its account may be used, no answer says that it is out already, and the very post that is about to leave
is the one that was approved and scheduled. When it does not, `NotNow` is raised and nothing is sent.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime

import sqlalchemy as sa

from app.content.compose import composed_hash
from app.core.db import db
from app.outbound.exchange import Sending
from app.publishing.actions.claim import LEASE_SECONDS
from app.publishing.actions.holds import COVERED
from app.publishing.actions.task import Task

# Durable whatever the server's default is: a crash that forgot this row after the bytes had left would send them again.
_COMMIT = sa.text(f"""
WITH durable AS MATERIALIZED (SELECT set_config('synchronous_commit',
    replace(current_setting('synchronous_commit'), 'off', 'on'), true)),
mine AS (
  UPDATE publish_records r SET step = 'commit', lease_expires_at = app_now() + interval '{LEASE_SECONDS} seconds',
    attempt_count = r.attempt_count + 1, client_key = :key, container = CAST(:container AS jsonb), crash_count = 0,
    metadata = r.metadata - 'look_first'
  WHERE r.id = :id AND r.claim_token = :token AND r.step = 'prepare'
    AND r.status = 'publishing' AND r.lease_expires_at > app_now() AND r.resend_barred_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM publish_attempts a WHERE a.record_id = r.id AND a.outcome = 'yes' AND a.step <> 'withdraw')
    AND EXISTS (SELECT 1 FROM platform_credentials c WHERE c.id = r.credential_id AND c.status = 'active'
                AND c.paused_at IS NULL AND c.deleted_at IS NULL)
    AND r.composed_hash = :composed
    AND EXISTS (SELECT 1 FROM publish_jobs j JOIN content_items i ON i.id = j.content_id WHERE j.id = r.job_id
                AND i.approved_version_id = j.artifact_id AND i.approved_composed->'hashes'->>r.platform = :composed)
    AND NOT {COVERED}
  RETURNING r.id, r.generation, r.attempt_count)
INSERT INTO publish_attempts
  (id, record_id, generation, number, step, started_at, request, request_id, client_key, fingerprint, worker)
SELECT :attempt, id, generation, attempt_count, 'commit', app_now(), CAST(:request AS jsonb), :request_id, :key,
  :fingerprint, :worker FROM mine, durable
RETURNING started_at
""")  # noqa: S608


class NotNow(Exception):
    """The lease is lost, a hold was placed or the record is settled: nothing may be sent."""


def commit_point(task: Task, attempt: uuid.UUID, sending: Sending) -> datetime:
    """Insert the attempt and pass the point of no return; returns the database's time. Raises NotNow."""
    row = db.session.execute(
        _COMMIT,
        {
            "id": task.id,
            "token": task.token,
            "key": task.key,
            "attempt": attempt,
            "worker": task.me,
            "container": json.dumps(task.container) if task.container else None,
            "request": json.dumps(dict(sending.request)),
            "request_id": sending.request_id or None,
            "fingerprint": sending.fingerprint,
            "composed": composed_hash(task.post),
        },
    ).first()
    if row is None:
        raise NotNow
    task.step = "commit"
    began: datetime = row.started_at
    return began
