"""The one orchestrator of a delivery: step → call without an open transaction → step.

    prepare   recheck, media bytes, a lookup first where a person replays what was once unknown, uploads
    commit    the statement of `actions/commit.py`, called by the transport between TLS and the first byte
    settle    the verdict into attempt and record; repeated until the database is back

A 401 puts the record back to prepare, refreshes the sign-in once and goes on. Nothing else is repeated here.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

import psycopg
import sqlalchemy.exc

from app.core import clock_state
from app.core.actor import acting
from app.core.transactions import transaction
from app.delivery.actions import confirm, late
from app.delivery.actions import reconcile as reconciling
from app.delivery.actions.claim import Claimed
from app.delivery.actions.commit import CommitRefused
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.prepare import prepare, prepare_all
from app.delivery.actions.reauthenticate import back_to_prepare, replacement, store_refresh
from app.delivery.actions.remarks import LOOKUP
from app.delivery.actions.requeue import hold_as_changed, requeue, requeue_claim, requeue_unsent
from app.delivery.actions.settle import Answer, settle_all
from app.delivery.cohort import GroupCommit
from app.delivery.connector_context import CommitHook, context
from app.delivery.failpoints import failpoint
from app.lib import redact
from app.platforms.base import Absent, CannotTell, Doubt, Found, Lookup, OtherPosts, PrepareFailed, Refused, Verdict
from app.publishing import reconcile

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)
TEXT_LOST = "The desk or the content was changed since it was sent, so a list cannot be compared with what was sent."
SETTLE = GroupCommit(settle_all)
ENDING = threading.Event()
"""Set when the process must end: an absent database is no longer waited for."""


def prepare_together(claims: Sequence[Claimed], me: str) -> list[tuple[Claimed, Delivery | None]]:
    """What was claimed together, rechecked together. None other_posts what has to take `prepare` alone: it is not fit to go on, or the
    whole could not be read."""
    deliveries: list[Delivery | None] = [None] * len(claims)
    if claims:
        failpoint("claimed", claims[0].id)  # these moments are those of all, and told of the first
        try:
            deliveries = _run_step("prepare", claims[0].id, transaction, prepare_all, claims, me)
        except Exception as error:  # each is tried alone, and its own error is its own
            log.warning("%d records could not be prepared together: %s", len(claims), type(error).__name__)
    return list(zip(claims, deliveries, strict=True))


def deliver(claimed: Claimed, me: str, delivery: Delivery | None = None) -> None:
    """Do what the claimed record needs: send it, confirm it or look for it. Raises nothing that time mends. `delivery`: what is prepared already."""
    delivery = delivery or _prepare_alone(claimed, me)
    if delivery is not None:
        with acting(delivery.actor):
            {"prepare": _send, "confirm": _confirm, "reconcile": _reconcile}[delivery.step](delivery)


def _prepare_alone(claimed: Claimed, me: str) -> Delivery | None:
    """The delivery, or None once the record is given back (where it is ours still: the clock may have jumped over the lease)."""
    delivery, crashed = None, False
    try:
        delivery = _run_step("prepare", claimed.id, transaction, prepare, claimed, me)
    except sqlalchemy.exc.DBAPIError as error:
        log.warning("record %s could not be read: %s", claimed.id, type(error).__name__)
    except Exception:
        log.exception("record %s could not be prepared", claimed.id)
        crashed = True
    if delivery is None:
        retry_until_stored(requeue_claim, claimed, crashed)
    return delivery


def _send(delivery: Delivery) -> None:
    """The create call, at most twice: the second time only after a 401 and a refreshed sign-in."""
    if not _media_intact(delivery):
        return
    if delivery.check_before_resend and not _check_before_resend(delivery):
        return
    for last in (False, True):
        commit = CommitHook(delivery)
        answer = _call(delivery, commit)
        if answer is None:
            return
        verdict = answer
        if verdict.account == "refresh" and not last and _back_to_prepare(delivery, commit, verdict):
            try:
                fresh = _refresh(delivery)
            except CommitRefused:
                retry_until_stored(requeue, delivery)
                return
            if fresh is True:
                continue
            if isinstance(fresh, CannotTell):  # a blip while refreshing is no reason to disconnect
                verdict = replace(verdict, error_type="network_timeout", account="", final=False)
                verdict = replace(verdict, message=fresh.reason, own_words=True)
        break
    failpoint("answered", delivery.id)
    _settle(delivery, commit.attempt if commit.passed else None, verdict)


def _call(delivery: Delivery, commit: CommitHook) -> Verdict | None:
    """The verdict of prepare and the create call; None when nothing was sent and the record was put back."""
    failpoint("before_connect", delivery.id)
    try:
        ctx = context(delivery, commit)
        delivery.container = delivery.connector.prepare(ctx, delivery.account, delivery.post)
        return delivery.connector.publish(ctx, delivery.account, delivery.post, delivery.key, delivery.container)
    except PrepareFailed as failed:
        return failed.verdict
    except CommitRefused:
        retry_until_stored(requeue, delivery)
    except sqlalchemy.exc.DBAPIError as error:
        if commit.passed:
            return _verdict_on_error(delivery, commit, error)
        retry_until_stored(requeue_unsent, delivery, commit.attempt)
    except Exception as error:
        log.exception("the %s connector failed", delivery.connector.spec.slug)
        return _verdict_on_error(delivery, commit, error)
    return None


def _back_to_prepare(delivery: Delivery, commit: CommitHook, verdict: Verdict) -> bool:
    """The record stands at prepare and is ours: the sign-in may be refreshed, however long that takes."""
    if not commit.passed or commit.attempt is None:
        return True
    return bool(retry_until_stored(back_to_prepare, delivery, commit.attempt, verdict))


def _verdict_on_error(delivery: Delivery, commit: CommitHook, error: Exception) -> Verdict:
    """A fault of ours: unknown once the request may have left, else a no that is tried again."""
    words = redact.text(f"The connector failed: {type(error).__name__}: {error}", delivery.account.secrets.values())
    if commit.passed:
        return Verdict("unknown", error_type="unknown", message=words, matched_by="exception")
    return Verdict("no", error_type="unknown", message=words, matched_by="exception")


def _media_intact(delivery: Delivery) -> bool:
    """The bytes of every picture are those that were approved; else the record is held."""
    if not delivery.post.media:
        return True
    files = context(delivery, CommitHook(delivery)).files
    for medium in delivery.post.media:
        try:
            files.read(medium.sha256)
        except (ValueError, FileNotFoundError) as error:
            retry_until_stored(hold_as_changed, delivery, f"A picture is not what was approved: {error}")
            return False
    return True


def _check_before_resend(delivery: Delivery) -> bool:
    """A replay of what was once unknown: if it is out, that settles it. True: go on and send."""
    look = retry_until_stored(reconciling.drop_taken, delivery, lookup(delivery))
    if isinstance(look, Found):
        by = f"{LOOKUP}{look.matched_by}"
        verdict = Verdict("yes", post_id=look.post_id, url=look.url, matched_by=by, remarks=look.remarks)
        _settle(delivery, None, verdict)
        return False
    if isinstance(look, CannotTell) and not look.final:
        kind = look.error_type or "network_timeout"
        verdict = Verdict("no", error_type=kind, message=look.reason, retry_after=look.retry_after, matched_by="look")
        _settle(delivery, None, verdict)
        return False
    if isinstance(look, Doubt):
        retry_until_stored(reconciling.settle_doubt_before_resend, delivery, look)
        return False
    if isinstance(look, Absent):
        moment, began = retry_until_stored(reconciling.attempt_age, delivery) or (delivery.now, delivery.now)
        case = reconcile.Case(delivery.connector.spec, began)
        if not reconcile.is_conclusive(case, moment):
            retry_until_stored(requeue, delivery, case.sure_at)
            return False
    return True


def _refresh(delivery: Delivery) -> bool | CannotTell:
    """One refresh of the sign-in (single flight in the connector), or none where somebody else has brought another meanwhile.
    True: try again with what there is now."""
    now = retry_until_stored(replacement, delivery)
    if now is not None:
        delivery.account = now
        return True
    if "refresh" not in delivery.connector.spec.can:
        return False
    try:
        check = delivery.connector.refresh(context(delivery, CommitHook(delivery)), delivery.account)
    except Exception as error:
        log.exception("refresh of the %s connector failed", delivery.connector.spec.slug)
        return CannotTell(f"Refreshing the sign-in failed ({type(error).__name__}).")
    if isinstance(check, Refused | CannotTell):
        return check if isinstance(check, CannotTell) else False
    delivery.account = retry_until_stored(store_refresh, delivery, check) or delivery.account
    return True


def _reconcile(delivery: Delivery) -> None:
    """Evidence first, then the platform."""
    answered = retry_until_stored(late.late_no, delivery)
    if answered is not None:
        retry_until_stored(late.settle_late_no, delivery, answered)
        return
    retry_until_stored(reconciling.settle_lookup, delivery, lookup(delivery))


def lookup(delivery: Delivery, other_posts: OtherPosts | None = None) -> Lookup:
    """What the platform says; `other_posts` in place of what the desk knows now. A list is compared with what was sent; where nobody
    knows that any more, a person has to look."""
    if not delivery.text_known and delivery.connector.spec.resend_safety == "listing":
        return CannotTell(TEXT_LOST, final=True)
    other_posts = other_posts or retry_until_stored(reconciling.other_posts, delivery)
    try:
        began = transaction(clock_state.earliest_start, delivery.began)
        ctx = context(delivery, CommitHook(delivery))
        if other_posts:
            ctx = replace(ctx, other_posts=other_posts)
        return delivery.connector.find(ctx, delivery.account, delivery.post, delivery.key, began)
    except Exception as error:
        log.exception("find of the %s connector failed", delivery.connector.spec.slug)
        return CannotTell(
            redact.text(f"Looking failed: {type(error).__name__}: {error}", delivery.account.secrets.values())
        )


def _confirm(delivery: Delivery) -> None:
    try:
        verdict = delivery.connector.confirm(
            context(delivery, CommitHook(delivery)), delivery.account, delivery.post, delivery.key, delivery.container
        )
    except Exception as error:
        log.exception("confirm of the %s connector failed", delivery.connector.spec.slug)
        words = redact.text(f"Asking failed: {type(error).__name__}: {error}", delivery.account.secrets.values())
        verdict = Verdict("no", error_type="unknown", message=words)
    retry_until_stored(confirm.settle_confirm, delivery, verdict)


def _settle(delivery: Delivery, attempt: uuid.UUID | None, verdict: Verdict) -> None:
    _retry_until_stored("settle", delivery.id, SETTLE, Answer(delivery, attempt, verdict))


def retry_until_stored(action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """Run a step until the database takes it; the first argument is the record's delivery or claim. None when the process has to
    end before that."""
    record = cast(Delivery | Claimed, args[0]).id
    return _retry_until_stored(action.__name__, record, partial(transaction, action, *args, **kwargs))


def _retry_until_stored(name: str, record: uuid.UUID, run: Callable[..., T], *args: Any) -> T | None:
    """An answer that was given is not lost with a connection, nor while the database only reads (a fail-over)."""
    wait = 0.1
    while True:
        try:
            return _run_step(name, record, run, *args)
        except sqlalchemy.exc.DBAPIError as error:
            if not _is_transient(error):
                raise
            if ENDING.is_set():
                log.warning("the database stayed away; %s was not kept", name)
                return None
            log.warning("the database is away (%s); trying again", type(error.orig).__name__)
        time.sleep(wait)
        wait = min(wait * 2, 2.0)


def _is_transient(error: sqlalchemy.exc.DBAPIError) -> bool:
    """Whether the same step may succeed later: the connection is lost, the server is busy, full, or only reads."""
    lost = isinstance(error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError)
    return lost or isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction)


def _run_step(name: str, record: uuid.UUID, run: Callable[..., T], *args: Any) -> T:
    """A step that commits, between its two failpoints."""
    failpoint(f"before_{name}", record)
    result = run(*args)
    failpoint(f"after_{name}", record)
    return result
