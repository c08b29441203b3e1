"""What a look means for a record whose outcome nobody knows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.accounts.actions import note_success
from app.audit.actions import record as audit
from app.core import clock_state
from app.core.db import db
from app.delivery.actions import remarks
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.outcome import free, is_ours, moved
from app.delivery.actions.settle import look_row
from app.delivery.actions.write import NOW, write
from app.platforms.base import Absent, Beside, CannotTell, Doubt, Found, Lookup
from app.publishing import reconcile
from app.publishing.actions.rows import derive, now, wake
from app.publishing.actions.taken import taken_posts
from app.publishing.models import PublishAttempt
from app.publishing.queries import beside as known
from app.publishing.queries import doubts


def beside(task: Delivery) -> Beside:
    """What a look through a listing has to know; a look by key needs nothing."""
    spec = task.connector.spec
    if spec.resend_safety != "listing":
        return Beside()
    return known.beside(task.id, task.credential_id, task.began, spec.absent_after)


def settle_look(task: Delivery, look: Lookup) -> None:
    """Write the look down and do what it means, once."""
    (moment, began), look = watched(task), unclaimed(task, look)
    if not is_ours(task):
        _keep_evidence(task, look, moment)
        return
    case = reconcile.Case(task.connector.spec, began, task.looks + 1, task.on_absent, task.barred)
    step = reconcile.after(look, case, moment)
    look_row(task, "reconcile", seen(look) | {"client_key": task.key}, moment, task.token)
    if step.do == "found" and isinstance(look, Found):
        _is_there(task, look)
    elif step.do == "cancel":
        moved(task, free("cancelled"), "It is surely not there.")
    elif step.do == "resend":
        _resend(task, step)
    else:
        _goes_on(task, step, case.looks)


def _keep_evidence(task: Delivery, look: Lookup, moment: datetime) -> None:
    """Found, and the record is not ours any more: somebody may just have said "send again", and whoever prepares that reads it.
    Once: a claim's row has the claim's token as its id."""
    if isinstance(look, Found) and db.session.get(PublishAttempt, task.token) is None:
        look_row(task, "reconcile", seen(look) | {"client_key": task.key}, moment, task.token)


def _is_there(task: Delivery, look: Found) -> None:
    note_success(task.credential_id)
    columns = {"platform_post_id": look.post_id, "platform_url": look.url or None}
    columns |= dict.fromkeys(("error_type", "error_message", "error_code"))
    published = {"published_at": look.published_at or task.began}
    moved(task, free("success") | columns | published | remarks.found(look.remarks), "Found at the platform.")


def _goes_on(task: Delivery, step: reconcile.Step, looks: int) -> None:
    """Still unknown: the next look at its time, or a person."""
    columns = free("unknown") | {"look_count": looks, "next_retry_at": step.at, "unknown_since": task.unknown_since}
    if step.do == "ask":
        columns |= {"next_retry_at": None, "error_message": step.why or None}
        audit("publishing.asks", ("publish_records", task.id), label=task.label, severity="warning", note=step.why)
    write(task, columns)


def watched(task: Delivery) -> tuple[datetime, datetime]:
    """The database's time, and from when the attempt's age counts: not older than anybody has watched (D4)."""
    moment = clock_state.now()
    return moment, clock_state.since(task.began, moment)


def unclaimed(task: Delivery, look: Lookup) -> Lookup:
    """The same answer, unless another record of the remote account took the post while we looked: then the look is repeated.

    Two records that look at once take turns until the transaction ends.
    """
    if not isinstance(look, Found) or look.matched_by == "key":
        return look
    ids = [look.post_id, *(other.post_id for other in look.others)]
    taken = taken_posts(task.id, task.credential_id, ids)
    free = [one for one in (look, *look.others) if one.post_id not in taken]
    return free[0] if free else CannotTell("Another record took the post that was found; it is looked for again.")


def settle_first_look(task: Delivery, look: Doubt) -> None:
    """A replay that looked first and is in doubt: nothing is sent, a person is asked, once no request can be alive."""
    if not is_ours(task):
        return
    moment = now()
    case = reconcile.Case(task.connector.spec, task.began)
    look_row(task, "reconcile", seen(look) | {"client_key": task.key}, moment)
    sure = reconcile.sure(case, moment)
    columns = free("unknown") | {"unknown_since": NOW, "look_count": 1, "error_type": "unknown"}
    write(task, columns | {"error_message": look.reason, "next_retry_at": None if sure else case.sure_at})
    audit("publishing.asks", ("publish_records", task.id), label=task.label, severity="warning", note=look.reason)
    derive(task.job_id, flush=False)
    wake()


def _resend(task: Delivery, step: reconcile.Step) -> None:
    """Surely absent: send again, as long as there are tries left."""
    if task.retries >= task.max_retries:
        moved(
            task,
            free("failed") | {"dead_letter_at": NOW, "dead_letter_reason": "retries_used_up"},
            "It is surely not there, and the tries are used up.",
        )
        return
    columns = free("retrying") | {"next_retry_at": NOW, "retry_count": task.retries + 1, "look_count": 0}
    if not step.same_key:
        columns |= {"generation": task.generation + 1, "client_key": None}
    moved(task, columns, "It is surely not there, so it is sent again.")


def seen(look: Lookup) -> dict[str, Any]:
    """A look as the columns of an attempt."""
    if isinstance(look, Found):
        return {
            "outcome": "yes",
            "post_id": look.post_id,
            "post_url": look.url or None,
            "matched_by": look.matched_by,
            "finished_at": NOW,
            "response": dict(look.evidence) or None,
        }
    if isinstance(look, Absent):
        return {
            "outcome": "no",
            "message": "It is not there now.",
            "matched_by": look.looked_at or None,
            "finished_at": NOW,
            "response": dict(look.evidence) or None,
        }
    if isinstance(look, Doubt):
        return {
            "outcome": "unknown",
            "message": look.reason,
            "finished_at": NOW,
            "response": dict(look.evidence) | doubts.kept(look.candidates),
        }
    return {
        "outcome": "unknown",
        "message": look.reason,
        "error_type": look.error_type,
        "finished_at": NOW,
        "response": dict(look.evidence) or None,
    }
