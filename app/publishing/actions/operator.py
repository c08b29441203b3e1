"""What a person does with a record: reschedule, replay, answer an open question, waive a limit."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa

from app.accounts import queries as account_queries
from app.audit.actions import record as audit
from app.core import clock_state, settings
from app.core.db import db
from app.core.queue import enqueue
from app.lib.errors import Conflict, Invalid
from app.platforms import registry
from app.publishing import reconcile
from app.publishing.actions.again import refuse_again
from app.publishing.actions.cadence import keep_limits
from app.publishing.actions.campaign import keep_campaign_of
from app.publishing.actions.lease import let_go
from app.publishing.actions.recheck import proved, settle_by_evidence
from app.publishing.actions.rows import derive, locked, locked_together, named, now, wake
from app.publishing.actions.schedule import refuse_past
from app.publishing.actions.taken import lock_posts, taken_posts
from app.publishing.models import RECORD, PublishAttempt, PublishJob, PublishRecord
from app.publishing.queries import doubts

BULK = 500


def reschedule(record: PublishRecord, at: datetime) -> PublishRecord:
    """Another moment for a record that waits. Raises Invalid for a past moment or a broken limit, Conflict when sent."""
    row = locked(record.id)
    if row.status not in ("pending", "retrying"):
        raise Conflict(f"This record is {row.status}; only a waiting one can be moved.")
    refuse_past(at, "This moment has passed. Choose a later one.")
    job = db.session.get_one(PublishJob, row.job_id)
    keep_campaign_of(job, row.platform, at)
    if row.credential_id:
        keep_limits([account_queries.by_id(row.credential_id)], at, job.timezone, without=row.id)
    before, row.due_at, row.next_retry_at = row.due_at, at, None
    let_go(row)
    row.crash_count = 0
    job.scheduled_at = min(r.due_at for r in job.records if r.status in ("pending", "retrying"))
    audit("publishing.reschedule", row, label=named(row), due_at=[before, at])
    wake()
    return row


def replay(record: PublishRecord) -> PublishRecord:
    """failed → pending, the same row: a new generation, tries and errors cleared. What was ever unknown looks first."""
    row = locked(record.id)
    if row.status != "failed":
        raise Conflict(f"This record is {row.status}; only a failed one can be sent again from here.")
    refuse_again(row)
    RECORD.move(row, "pending")
    let_go(row)
    _new_generation(row)
    row.retry_count, row.look_count, row.crash_count = 0, 0, 0
    row.max_retries = settings.get("publishing.max_retries")
    row.error_type = row.error_message = row.error_code = row.dead_letter_at = row.dead_letter_reason = None
    row.replayed_at, row.due_at, row.next_retry_at = now(), now(), None
    row.resend_barred_at = None
    if row.was_unknown:
        row.meta = {**(row.meta or {}), "look_first": True}
    audit(
        "publishing.replay",
        row,
        label=named(row),
        status=["failed", "pending"],
        generation=[row.generation - 1, row.generation],
    )
    derive(row.job_id)
    enqueue("delivery.deliver", str(row.id))
    wake()
    return row


def replay_by_cause(
    error_type: str, platform: str | None = None, credential_id: uuid.UUID | None = None
) -> tuple[int, int]:
    """Replay failed records of one cause. Returns (replayed, left out): what was ever unknown is left to a person."""
    failed = sa.select(PublishRecord.id).where(PublishRecord.status == "failed", PublishRecord.error_type == error_type)
    if platform:
        failed = failed.where(PublishRecord.platform == platform)
    if credential_id:
        failed = failed.where(PublishRecord.credential_id == credential_id)
    done = left = 0
    for row in locked_together(db.session.scalars(failed.order_by(PublishRecord.due_at).limit(BULK)).all()):
        if row.was_unknown:
            left += 1
            continue
        try:
            replay(row)
            done += 1
        except Conflict:
            left += 1
    return done, left


def settle_by_person(
    record: PublishRecord, answer: str, link: str | None = None, confirmed: bool = False
) -> PublishRecord:
    """Answer the question of an unknown record: `there` (with the link), `send_again` or `give_up`.

    `link`: the post's address, or the id of a candidate that a look has shown. Send again needs `confirmed` before
    `absent_after` (until then a request may still be alive at the platform) and where a post may be this one.
    """
    if record.credential_id is not None:
        lock_posts(record.credential_id)
    row = locked(record.id)
    if row.status != "unknown":
        raise Conflict(f"This record is {row.status}; the question is answered already.")
    if answer not in ("there", "send_again", "give_up"):
        raise Invalid({"answer": "Choose one of the three answers."})
    if proved(row.id):  # the platform's own answer, or a look, came first: what a person saw does not count any more
        settle_by_evidence(row, now())
        return row
    let_go(row)
    row.next_retry_at = None
    {"there": _there, "send_again": _send_again, "give_up": _give_up}[answer](row, link, confirmed)
    audit(f"publishing.settled_{answer}", row, label=named(row), status=["unknown", row.status], link=[None, link])
    derive(row.job_id)
    wake()
    return row


def _there(row: PublishRecord, link: str | None, confirmed: bool) -> None:
    link = (link or "").strip()
    if chosen := next((one for one in doubts.candidates(row) if link and link in (one.post_id, one.url)), None):
        _is_there(row, chosen.post_id, chosen.url or None)
        return
    try:
        parts = urlsplit(link)
    except ValueError:  # "http://[::1"
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(link) > 2000:
        raise Invalid({"link": "Paste the whole link of the post, beginning with https://."})
    last = parts.path.rstrip("/").rpartition("/")[2]
    _is_there(row, last if last and "find" in registry.get(row.platform).spec.can else link, link)


def _is_there(row: PublishRecord, post_id: str, url: str | None) -> None:
    if "find" in registry.get(row.platform).spec.can and taken_posts(row.id, row.credential_id, [post_id]):
        raise Invalid({"link": "Another record has this post already. Look for the one that belongs to this record."})
    RECORD.move(row, "success")
    row.platform_url, row.platform_post_id = url, post_id
    row.published_at = row.unknown_since or now()
    row.unknown_since = row.error_type = row.error_message = row.error_code = None


def _send_again(row: PublishRecord, link: str | None, confirmed: bool) -> None:
    spec = registry.get(row.platform).spec
    began = (
        db.session.scalar(
            sa.select(sa.func.max(PublishAttempt.started_at)).where(
                PublishAttempt.record_id == row.id, PublishAttempt.step == "commit"
            )
        )
        or row.unknown_since
    )
    if row.resend_barred_at is not None:
        raise Conflict(
            "It was cancelled, so it is not sent again. Give it up, then replay it if you changed your mind."
        )
    moment = clock_state.now()
    if began and not confirmed and not reconcile.sure(reconcile.Case(spec, clock_state.since(began, moment)), moment):
        minutes = int(spec.absent_after.total_seconds() // 60)
        raise Conflict(
            f"{spec.name} may still store the first post until {minutes} minutes after it was sent. "
            "Confirm in writing that a double is acceptable, or wait."
        )
    if not confirmed and doubts.candidates(row):
        raise Conflict("There is a post that may be this one. Confirm in writing that a double is acceptable.")
    refuse_again(row)
    RECORD.move(row, "retrying")
    row.meta = {key: value for key, value in (row.meta or {}).items() if key != "look_first"}  # a person has looked
    if spec.resend_safety != "proved":
        _new_generation(row)
    row.next_retry_at = row.due_at = now()
    row.unknown_since = None


def _give_up(row: PublishRecord, link: str | None, confirmed: bool) -> None:
    RECORD.move(row, "failed")
    row.dead_letter_at, row.dead_letter_reason, row.unknown_since = now(), "given_up", None


def _new_generation(row: PublishRecord) -> None:
    """A new publication of its own; the old key stays only where the platform keeps keys apart for good."""
    row.generation += 1
    if registry.get(row.platform).spec.resend_safety != "proved":
        row.client_key = None


def waive_limits(record: PublishRecord) -> PublishRecord:
    """An operator lets a waiting record pass the gap and the daily cap once."""
    row = locked(record.id)
    if row.status not in ("pending", "retrying"):
        raise Conflict(f"This record is {row.status}; it waits for no limit.")
    row.limit_waived_at, row.next_retry_at = now(), None if row.status == "pending" else row.next_retry_at
    audit("publishing.waive_limits", row, label=named(row))
    wake()
    return row
