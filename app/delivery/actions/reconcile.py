"""What a look means for a record whose outcome nobody knows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.accounts.actions import note_success
from app.audit import actions as audit
from app.core import clock_state
from app.core.db import database_now, db
from app.delivery.actions import remarks
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.outcome import lock_if_held, move, release_columns
from app.delivery.actions.settle import add_attempt
from app.delivery.actions.write import NOW, write
from app.platforms.base import Absent, CannotTell, Doubt, Found, Lookup, OtherPosts
from app.publishing import reconcile
from app.publishing.actions.post_ownership import taken_posts
from app.publishing.actions.rollups import derive
from app.publishing.actions.wake import wake
from app.publishing.models import PublishAttempt
from app.publishing.queries import doubts
from app.publishing.queries import other_posts as known


def other_posts(delivery: Delivery) -> OtherPosts:
    """What a look through a listing has to know; a look by key needs nothing."""
    spec = delivery.connector.spec
    if spec.resend_safety != "listing":
        return OtherPosts()
    return known.other_posts(delivery.id, delivery.credential_id, delivery.began, spec.absent_after)


def settle_lookup(delivery: Delivery, look: Lookup) -> None:
    """Write the look down and do what it means, once."""
    (moment, began), look = attempt_age(delivery), drop_taken(delivery, look)
    if not lock_if_held(delivery):
        _store_evidence(delivery, look, moment)
        return
    case = reconcile.Case(delivery.connector.spec, began, delivery.lookups + 1, delivery.on_absent, delivery.barred)
    step = reconcile.decide(look, case, moment)
    add_attempt(delivery, "reconcile", attempt_columns(look) | {"client_key": delivery.key}, moment, delivery.token)
    if step.do == "found" and isinstance(look, Found):
        _succeed(delivery, look)
    elif step.do == "cancel":
        move(delivery, release_columns("cancelled"), "It is surely not there.")
    elif step.do == "resend":
        _resend(delivery, step)
    else:
        _continue(delivery, step, case.lookups)


def _store_evidence(delivery: Delivery, look: Lookup, moment: datetime) -> None:
    """Found, and the record is not ours any more: somebody may just have said "send again", and whoever prepares that reads it.
    Once: a claim's row has the claim's token as its id."""
    if isinstance(look, Found) and db.session.get(PublishAttempt, delivery.token) is None:
        add_attempt(delivery, "reconcile", attempt_columns(look) | {"client_key": delivery.key}, moment, delivery.token)


def _succeed(delivery: Delivery, look: Found) -> None:
    note_success(delivery.credential_id)
    columns = {"platform_post_id": look.post_id, "platform_url": look.url or None}
    columns |= dict.fromkeys(("error_type", "error_message", "error_code"))
    published = {"published_at": look.published_at or delivery.began}
    move(
        delivery,
        release_columns("success") | columns | published | remarks.metadata_column(look.remarks),
        "Found at the platform.",
    )


def _continue(delivery: Delivery, step: reconcile.Step, looks: int) -> None:
    """Still unknown: the next look at its time, or a person."""
    columns = release_columns("unknown") | {
        "look_count": looks,
        "next_retry_at": step.at,
        "unknown_since": delivery.unknown_since,
    }
    if step.do == "ask":
        columns |= {"next_retry_at": None, "error_message": step.why or None}
        audit.record(
            "publishing.asks", ("publish_records", delivery.id), label=delivery.label, severity="warning", note=step.why
        )
    write(delivery, columns)


def attempt_age(delivery: Delivery) -> tuple[datetime, datetime]:
    """The database's time, and from when the attempt's age counts: not older than anybody has watched (D4)."""
    moment = clock_state.now()
    return moment, clock_state.age_counts_from(delivery.began, moment)


def drop_taken(delivery: Delivery, look: Lookup) -> Lookup:
    """The same answer, unless another record of the remote account took the post while we looked: then the look is repeated.

    Two records that look at once take turns until the transaction ends.
    """
    if not isinstance(look, Found) or look.matched_by == "key":
        return look
    ids = [look.post_id, *(other.post_id for other in look.others)]
    taken = taken_posts(delivery.id, delivery.credential_id, ids)
    free = [one for one in (look, *look.others) if one.post_id not in taken]
    return free[0] if free else CannotTell("Another record took the post that was found; it is looked for again.")


def settle_doubt_before_resend(delivery: Delivery, look: Doubt) -> None:
    """A replay that looked first and is in doubt: nothing is sent, a person is asked, once no request can be alive."""
    if not lock_if_held(delivery):
        return
    moment = database_now()
    case = reconcile.Case(delivery.connector.spec, delivery.began)
    add_attempt(delivery, "reconcile", attempt_columns(look) | {"client_key": delivery.key}, moment)
    sure = reconcile.is_conclusive(case, moment)
    columns = release_columns("unknown") | {"unknown_since": NOW, "look_count": 1, "error_type": "unknown"}
    write(delivery, columns | {"error_message": look.reason, "next_retry_at": None if sure else case.sure_at})
    audit.record(
        "publishing.asks", ("publish_records", delivery.id), label=delivery.label, severity="warning", note=look.reason
    )
    derive(delivery.job_id, flush=False)
    wake()


def _resend(delivery: Delivery, step: reconcile.Step) -> None:
    """Surely absent: send again, as long as there are tries left."""
    if delivery.retries >= delivery.max_retries:
        move(
            delivery,
            release_columns("failed") | {"dead_letter_at": NOW, "dead_letter_reason": "retries_used_up"},
            "It is surely not there, and the tries are used up.",
        )
        return
    columns = release_columns("retrying") | {"next_retry_at": NOW, "retry_count": delivery.retries + 1, "look_count": 0}
    if not step.same_key:
        columns |= {"generation": delivery.generation + 1, "client_key": None}
    move(delivery, columns, "It is surely not there, so it is sent again.")


def attempt_columns(look: Lookup) -> dict[str, Any]:
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
            "response": dict(look.evidence) | doubts.candidates_json(look.candidates),
        }
    return {
        "outcome": "unknown",
        "message": look.reason,
        "error_type": look.error_type,
        "finished_at": NOW,
        "response": dict(look.evidence) or None,
    }
