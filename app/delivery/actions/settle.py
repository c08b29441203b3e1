"""Settle: the answer into the attempt (fenced by its own id only), then the record (fenced by the claim's token and step).

A write that the fence refuses loses nothing: the attempt keeps the answer as evidence, and whoever looks for the post
next reads it first.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.unseal import is_current
from app.audit import actions as audit
from app.core.actor import acting
from app.core.db import app_now, db
from app.core.ids import uuid7
from app.delivery import retry
from app.delivery.actions import remarks
from app.delivery.actions.account_health import schedule_check, update_health
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.invariants import check_posts
from app.delivery.actions.rate_windows import store_windows
from app.delivery.actions.settle_columns import attempt_columns, record_columns
from app.delivery.actions.write import Move, session_columns, write_all, write_answer
from app.delivery.cohort import PATIENCE, CannotGroup
from app.platforms.base import Verdict
from app.publishing.actions.holds import hold
from app.publishing.actions.lease import FENCE, RECORDS, fence_values
from app.publishing.actions.post_ownership import taken_posts
from app.publishing.actions.rollups import derive
from app.publishing.actions.wake import wake
from app.publishing.models import PublishAttempt, PublishRecord

ACTIONS = {
    "success": "succeeded",
    "failed": "failed",
    "retrying": "put_off",
    "unknown": "unsure",
    "confirming": "accepted",
}


_PATIENT = sa.text(f"SELECT set_config('lock_timeout', '{int(PATIENCE * 1000)}ms', true)")


class Answer(NamedTuple):
    """What a platform answered to a call. `attempt` None: the call never reached its commit point."""

    delivery: Delivery
    attempt: uuid.UUID | None
    verdict: Verdict


def settle(delivery: Delivery, attempt_id: uuid.UUID | None, verdict: Verdict) -> bool:
    """Write the verdict. False: the record is not ours now."""
    return settle_all([Answer(delivery, attempt_id, verdict)])[0]


def settle_all(answers: Sequence[Answer]) -> list[bool]:
    """The same for several records at once. Raises Apart where there are several and one is not ours now, and the database's
    error where one of their jobs is locked for long."""
    if len(answers) > 1:
        db.session.execute(_PATIENT)
    moves = [
        _decide(*answered) for answered in sorted(answers, key=lambda answered: answered.delivery.id)
    ]  # one order of locks
    if not write_all([move for move, _, _ in moves]):
        if len(moves) > 1:
            raise CannotGroup
        _settle_late(moves[0][0].delivery, moves[0][1])
        return [False]
    follow_up([(move.delivery, verdict, status) for move, verdict, status in moves])
    return [True] * len(moves)


def _decide(delivery: Delivery, attempt_id: uuid.UUID | None, verdict: Verdict) -> tuple[Move, Verdict, str]:
    """The record's move, what counts of the verdict, the record's next status."""
    verdict = _refuse_foreign_post(delivery, _require_proof(verdict, attempt_id))
    if delivery.was_unknown:
        verdict = verdict.after_unknown()
    outdated = bool(verdict.account) and not is_current(delivery.account, delivery.session)
    if outdated:  # said to a sign-in that was replaced meanwhile: the one there is now may do
        verdict = replace(verdict, account="")
    follows = retry.decide(
        verdict,
        retries=delivery.retries,
        max_retries=delivery.max_retries,
        waits=_count_rate_limits(delivery, verdict),
        jitter=random.uniform(-1, 1),  # noqa: S311  (spreads retries, guards nothing)
        sign_in_again=outdated,
    )
    if attempt_id is None:
        _add_unsent_attempt(delivery, verdict)
    answer = attempt_columns(verdict) if attempt_id else None
    return Move(delivery, record_columns(delivery, verdict, follows), attempt_id, answer), verdict, follows.status


def _require_proof(verdict: Verdict, attempt_id: uuid.UUID | None) -> Verdict:
    """Success only with the platform's own id, and only for a call that passed its commit point (or a look)."""
    if verdict.outcome == "yes" and not verdict.post_id:
        return replace(verdict, outcome="unknown", error_type="unknown", matched_by=f"{verdict.matched_by}, no id")
    if (
        verdict.outcome in ("yes", "accepted")
        and attempt_id is None
        and not verdict.matched_by.startswith(remarks.LOOKUP)
    ):
        return replace(verdict, outcome="no", error_type="platform_error", final=False, post_id="", url="")
    return verdict


def _refuse_foreign_post(delivery: Delivery, verdict: Verdict) -> Verdict:
    """A yes that names a post of another record is an alarm and no proof. (A webhook's ids are no posts: any may come again.)"""
    listed = delivery.connector.spec.resend_safety == "listing"
    if (
        verdict.outcome != "yes"
        or not listed
        or not taken_posts(delivery.id, delivery.credential_id, [verdict.post_id])
    ):
        return verdict
    words = f"The platform answered with the post {verdict.post_id}, which another record of this account has already."
    hold("record", delivery.id, "invariant", words)
    return replace(
        verdict, outcome="unknown", error_type="unknown", message=words, own_words=True, matched_by="invariant",
        post_id="", url="",
    )  # fmt: skip


def store_answer(attempt_id: uuid.UUID, verdict: Verdict) -> None:
    """Keep what the platform answered, whoever holds the record now."""
    write_answer(attempt_id, attempt_columns(verdict))


def add_attempt(
    delivery: Delivery, step: str, verdict_values: Mapping[str, Any], began: Any = None, key: uuid.UUID | None = None
) -> None:
    """An attempt row for a call that may be repeated: a look, a confirmation, or a try that never left."""
    db.session.add(
        PublishAttempt(
            id=key or uuid7(),
            record_id=delivery.id,
            generation=delivery.generation,
            number=delivery.number,
            step=step,
            worker=delivery.me,
            started_at=began or delivery.now,
            **session_columns(verdict_values),
        )
    )


def follow_up(settled: Sequence[tuple[Delivery, Verdict, str]]) -> None:
    """What follows moves (delivery, verdict, next status): history, roll-up, the account's health, the platform's limits."""
    audit.insert(*(_entry(*one) for one in settled))
    derive(
        *{delivery.job_id for delivery, _, _ in settled},
        flush=False,
        by={delivery.job_id: delivery.actor for delivery, _, _ in settled},
    )
    for delivery, verdict, status in sorted(
        settled, key=lambda one: one[0].credential_id
    ):  # accounts are locked in one order, too
        if verdict.outcome == "yes" and delivery.number:
            check_posts(delivery.id)
        store_windows(delivery, verdict)
        update_health(delivery, verdict, status)
    if any(status in ("retrying", "unknown", "confirming") for _, _, status in settled):
        wake()


def _entry(delivery: Delivery, verdict: Verdict, status: str) -> dict[str, Any]:
    severity = {"failed": "error", "unknown": "warning"}.get(status, "info")
    with acting(delivery.actor):
        return audit.entry(
            f"publishing.{ACTIONS[status]}",
            ("publish_records", delivery.id),
            label=delivery.label,
            severity=severity,
            success=status not in ("failed", "unknown"),
            error=verdict.message or None,
            status=[delivery.status, status],
            **({"error_type": [None, verdict.error_type]} if verdict.error_type else {}),
        )


def _settle_late(delivery: Delivery, verdict: Verdict) -> None:
    """The answer came after the sweep: reconcile reads it at once instead of waiting for its next look. A yes that
    comes after a person gave up (or cancelled) settles the record: it is out."""
    remarks.store_late(delivery.id, verdict)
    schedule_check(delivery, verdict)
    if verdict.outcome == "yes":
        check_posts(delivery.id)
    if verdict.outcome == "yes" and _settle_late_yes(delivery, verdict):
        return
    db.session.execute(
        sa.update(PublishRecord)
        .where(PublishRecord.id == delivery.id, PublishRecord.status == "unknown")
        .values(next_retry_at=app_now()),
        execution_options={"synchronize_session": False},
    )
    wake()


def _settle_late_yes(delivery: Delivery, verdict: Verdict) -> bool:
    ended = RECORDS.c.status.in_(("failed", "cancelled"))
    found = {"status": "success", "platform_post_id": verdict.post_id, "platform_url": verdict.url or None}
    clear = dict.fromkeys(("error_type", "error_message", "error_code", "dead_letter_at", "dead_letter_reason"))
    statement = (
        sa.update(RECORDS).where(RECORDS.c.id == delivery.id, ended).values(**found, **clear, published_at=app_now())
    )
    result: Any = db.session.execute(statement)
    if result.rowcount:
        note = "The platform's answer came late: it is out after all."
        said = {"label": delivery.label, "note": note, "status": [None, "success"]}
        audit.insert(audit.entry("publishing.succeeded", ("publish_records", delivery.id), **said))
        derive(delivery.job_id, flush=False)
    return bool(result.rowcount)


def _add_unsent_attempt(delivery: Delivery, verdict: Verdict) -> None:
    """A try that never reached its commit point has an attempt of its own, so that the page can show it."""
    bumped = sa.update(RECORDS).where(*FENCE).values(attempt_count=RECORDS.c.attempt_count + 1)
    number = db.session.scalar(bumped.returning(RECORDS.c.attempt_count), fence_values(delivery))
    if number is not None:
        delivery.number = number
        add_attempt(
            delivery,
            "prepare",
            {**attempt_columns(verdict), "request": dict(verdict.request) or None, "client_key": delivery.key},
        )


def _count_rate_limits(delivery: Delivery, verdict: Verdict) -> int:
    """Rate limits met so far in this generation: the back-off of the next one."""
    if verdict.error_type != "rate_limit":
        return 0
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                PublishAttempt.record_id == delivery.id,
                PublishAttempt.generation == delivery.generation,
                PublishAttempt.error_type == "rate_limit",
            )
        )
        or 0
    )
