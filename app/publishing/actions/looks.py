"""What a look means for an unknown or confirming record, and a late answer that makes the look unnecessary."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.audit.actions import record as audit
from app.core import clock_state
from app.core.db import app_now, db
from app.core.locks import advisory
from app.platforms.base import Absent, Beside, CannotTell, Doubt, Found, Look, Verdict
from app.publishing import reconcile, retry
from app.publishing.actions import remarks
from app.publishing.actions.health import take_down
from app.publishing.actions.rows import derive, now, wake
from app.publishing.actions.settle import answer_values, doubt, look_row, write
from app.publishing.actions.task import Task
from app.publishing.models import PublishAttempt, PublishRecord
from app.publishing.queries import beside as known
from app.publishing.queries import doubts
from app.vault.actions import note_success

BLIP = timedelta(seconds=30)
CONFIRM_LOOKS = 200
"""After so many looks at an accepted post nobody can say what became of it."""


def beside(task: Task) -> Beside:
    """What a look through a listing has to know; a look by key needs nothing."""
    spec = task.connector.spec
    if spec.replay != "listing":
        return Beside()
    return known.beside(task.id, task.credential_id, task.began, spec.absent_after)


def late_no(task: Task) -> Verdict | None:
    """A definite no that came after the sweep, as a verdict; None when the last call has no answer."""
    last = db.session.scalars(
        sa.select(PublishAttempt)
        .where(PublishAttempt.record_id == task.id, PublishAttempt.step == "commit")
        .order_by(PublishAttempt.started_at.desc())
        .limit(1)
    ).first()
    if last is None or last.outcome != "no":
        return None
    kind: Any = last.error_type
    return Verdict(
        "no",
        error_type=kind,
        message=last.message or "",
        code=last.platform_code or "",
        http_status=last.http_status,
        matched_by=last.matched_by or "",
        final=kind in retry.NEVER,
    )


def settle_late_no(task: Task, verdict: Verdict) -> None:
    """unknown → retrying or failed: the platform did answer, we only read it late.

    A refused sign-in is tried again: whoever read it late had no turn left to refresh it, or to say that the account is down.
    """
    follows = retry.after(
        verdict,
        retries=task.retries,
        max_retries=task.max_retries,
        waits=1,
        jitter=0,
        sign_in_again=verdict.error_type == "auth_failed",
    )
    columns = _free(follows.status) | {"error_type": verdict.error_type, "error_message": verdict.message or None}
    if follows.status == "failed":
        columns |= {"dead_letter_at": app_now(), "dead_letter_reason": follows.dead, "next_retry_at": None}
    else:
        columns |= {
            "next_retry_at": app_now() + (follows.wait or BLIP),
            "retry_count": task.retries + follows.uses_retry,
        }
    if task.barred:
        columns = _free("cancelled")
    _moved(task, columns, "A late answer: the platform refused it.")


def settle_look(task: Task, look: Look, request: dict[str, Any] | None = None) -> None:
    """Write the look down and do what it means."""
    (moment, began), look = watched(task), unclaimed(task, look)
    case = reconcile.Case(task.connector.spec, began, task.looks + 1, task.on_absent, task.barred)
    step = reconcile.after(look, case, moment)
    look_row(task, "reconcile", _seen(look) | {"request": request, "client_key": task.key}, moment)
    if step.do == "found" and isinstance(look, Found):
        note_success(task.credential_id)
        _moved(
            task,
            _free("success")
            | {
                "platform_post_id": look.post_id,
                "platform_url": look.url or None,
                "error_type": None,
                "error_message": None,
                "error_code": None,
                "published_at": look.published_at or task.began,
            }
            | remarks.found(look.remarks),
            "Found at the platform.",
        )
    elif step.do == "cancel":
        _moved(task, _free("cancelled"), "It is surely not there.")
    elif step.do == "resend":
        _resend(task, step)
    else:
        columns = _free("unknown") | {
            "look_count": case.looks,
            "next_retry_at": step.at,
            "unknown_since": task.unknown_since,
        }
        if step.do == "ask":
            columns |= {"next_retry_at": None, "error_message": step.why or None}
            audit("publishing.asks", ("publish_records", task.id), label=task.label, severity="warning", note=step.why)
        write(task, columns)


def watched(task: Task) -> tuple[datetime, datetime]:
    """The database's time, and from when the attempt's age counts: not older than anybody has watched (D4)."""
    moment = clock_state.now()
    return moment, clock_state.since(task.began, moment)


def unclaimed(task: Task, look: Look) -> Look:
    """The same answer, unless another record of the remote account took the post while we looked: then the look is repeated.

    Locked by account until the transaction ends, so that two records that look at once do not take the same post.
    """
    if not isinstance(look, Found) or look.matched_by == "key":
        return look
    mine = known.accounts(task.credential_id)
    advisory(f"look-{min(map(str, mine))}")
    ids = [look.post_id, *(other.post_id for other in look.others)]
    taken = set(
        db.session.scalars(
            sa.select(PublishRecord.platform_post_id).where(
                PublishRecord.credential_id.in_(mine),
                PublishRecord.platform_post_id.in_(ids),
                PublishRecord.id != task.id,
            )
        )
    )
    free = [one for one in (look, *look.others) if one.post_id not in taken]
    return free[0] if free else CannotTell("Another record took the post that was found; it is looked for again.")


def settle_first_look(task: Task, look: Doubt) -> None:
    """A replay that looked first and is in doubt: nothing is sent, a person is asked, once no request can be alive."""
    moment = now()
    case = reconcile.Case(task.connector.spec, task.began)
    look_row(task, "reconcile", _seen(look) | {"client_key": task.key}, moment)
    sure = reconcile.sure(case, moment)
    columns = _free("unknown") | {"unknown_since": app_now(), "look_count": 1, "error_type": "unknown"}
    columns |= {"error_message": look.reason, "next_retry_at": None if sure else case.sure_at}
    if write(task, columns):
        audit("publishing.asks", ("publish_records", task.id), label=task.label, severity="warning", note=look.reason)
        derive(task.job_id, flush=False)
        wake()


def _resend(task: Task, step: reconcile.Step) -> None:
    """Surely absent: send again, as long as there are tries left."""
    if task.retries >= task.max_retries:
        _moved(
            task,
            _free("failed") | {"dead_letter_at": app_now(), "dead_letter_reason": "retries_used_up"},
            "It is surely not there, and the tries are used up.",
        )
        return
    columns = _free("retrying") | {"next_retry_at": app_now(), "retry_count": task.retries + 1, "look_count": 0}
    if not step.same_key:
        columns |= {"generation": task.generation + 1, "client_key": None}
    _moved(task, columns, "It is surely not there, so it is sent again.")


def settle_confirm(task: Task, verdict: Verdict) -> None:
    """confirming → success, failed, unknown, or the next look."""
    look_row(task, "confirm", answer_values(verdict) | {"request": dict(verdict.request) or None})
    if verdict.outcome == "yes":
        note_success(task.credential_id)
        _moved(
            task,
            _free("success")
            | {"platform_post_id": verdict.post_id, "platform_url": verdict.url or None, "published_at": app_now()}
            | remarks.found(verdict.remarks),
            "The platform says that it is live.",
        )
    elif verdict.outcome == "no" and verdict.final and verdict.error_type != "auth_failed":
        ends = "cancelled" if task.barred else "failed"
        _moved(
            task,
            _free(ends)
            | (
                {}
                if task.barred
                else {
                    "was_unknown": True,  # it was accepted once: a replay looks first
                    "error_type": verdict.error_type or "platform_error",
                    "error_message": verdict.message or None,
                    "dead_letter_at": app_now(),
                    "dead_letter_reason": verdict.error_type,
                }
            ),
            verdict.message,
        )
    elif verdict.outcome == "unknown" or task.looks + 1 >= CONFIRM_LOOKS:
        moment = now()
        _moved(task, _free("unknown") | doubt(reconcile.Case(task.connector.spec, task.began), moment), verdict.message)
    else:
        if verdict.error_type == "auth_failed" and verdict.account:
            take_down(task, verdict)
        write(
            task,
            _free("confirming")
            | {"look_count": task.looks + 1, "next_retry_at": app_now() + (verdict.retry_after or retry.CONFIRM_EVERY)},
        )


def _free(status: str) -> dict[str, Any]:
    return {
        "status": status,
        "step": None,
        "lease_owner": None,
        "lease_expires_at": None,
        "claim_token": None,
        "next_retry_at": None,
        "unknown_since": None,
    }


def _moved(task: Task, columns: dict[str, Any], note: str) -> None:
    if not write(task, columns):
        return
    names = {
        "success": "succeeded",
        "retrying": "sends_again",
        "cancelled": "cancelled",
        "failed": "failed",
        "unknown": "unsure",
    }
    audit(
        f"publishing.{names[columns['status']]}",
        ("publish_records", task.id),
        label=task.label,
        note=note or None,
        status=[task.status, columns["status"]],
        severity="error" if columns["status"] == "failed" else "info",
    )
    derive(task.job_id, flush=False)
    wake()


def _seen(look: Look) -> dict[str, Any]:
    """A look as the columns of an attempt."""
    if isinstance(look, Found):
        return {
            "outcome": "yes",
            "post_id": look.post_id,
            "post_url": look.url or None,
            "matched_by": look.matched_by,
            "finished_at": app_now(),
            "response": dict(look.evidence) or None,
        }
    if isinstance(look, Absent):
        return {
            "outcome": "no",
            "message": "It is not there now.",
            "matched_by": look.looked_at or None,
            "finished_at": app_now(),
            "response": dict(look.evidence) or None,
        }
    if isinstance(look, Doubt):
        return {
            "outcome": "unknown",
            "message": look.reason,
            "finished_at": app_now(),
            "response": dict(look.evidence) | doubts.kept(look.candidates),
        }
    return {
        "outcome": "unknown",
        "message": look.reason,
        "error_type": look.error_type,
        "finished_at": app_now(),
        "response": dict(look.evidence) or None,
    }
