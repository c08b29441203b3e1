"""The one orchestrator of a delivery: step → call without an open transaction → step.

    prepare   recheck (begin), media bytes, look first where a person replays what was once unknown, uploads
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
from app.delivery.actions.commit import NotNow
from app.delivery.actions.delivery import Delivery
from app.delivery.actions.prepare import begin, begin_all
from app.delivery.actions.reauthenticate import back_to_prepare, keep_refreshed, replaced
from app.delivery.actions.remarks import LOOKED
from app.delivery.actions.requeue import give_back, give_back_claimed, hold_changed, not_sent_after_all
from app.delivery.actions.settle import Answered, settle_all
from app.delivery.cohort import Grouped
from app.delivery.connector_context import CommitHook, context
from app.delivery.failpoints import failpoint
from app.lib import redact
from app.platforms.base import Absent, Beside, CannotTell, Doubt, Found, Lookup, PrepareFailed, Refused, Verdict
from app.publishing import reconcile

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)
WORDS_LOST = "The desk or the content was changed since it was sent, so a list cannot be compared with what was sent."
SETTLE = Grouped(settle_all)
ENDING = threading.Event()
"""Set when the process must end: an absent database is no longer waited for."""


def begun(claims: Sequence[Claimed], me: str) -> list[tuple[Claimed, Delivery | None]]:
    """What was claimed together, rechecked together. None beside what has to take `begin` alone: it is not fit to go on, or the
    whole could not be read."""
    tasks: list[Delivery | None] = [None] * len(claims)
    if claims:
        failpoint("claimed", claims[0].id)  # these moments are those of all, and told of the first
        try:
            tasks = _between("begin", claims[0].id, transaction, begin_all, claims, me)
        except Exception as error:  # each is tried alone, and its own error is its own
            log.warning("%d records could not be prepared together: %s", len(claims), type(error).__name__)
    return list(zip(claims, tasks, strict=True))


def deliver(claimed: Claimed, me: str, task: Delivery | None = None) -> None:
    """Do what the claimed record needs: send it, confirm it or look for it. Raises nothing that time mends. `task`: what is begun already."""
    task = task or _begun_alone(claimed, me)
    if task is not None:
        with acting(task.actor):
            {"prepare": _send, "confirm": _confirm, "reconcile": _look}[task.step](task)


def _begun_alone(claimed: Claimed, me: str) -> Delivery | None:
    """The task, or None once the record is given back (where it is ours still: the clock may have jumped over the lease)."""
    task, crashed = None, False
    try:
        task = _between("begin", claimed.id, transaction, begin, claimed, me)
    except sqlalchemy.exc.DBAPIError as error:
        log.warning("record %s could not be read: %s", claimed.id, type(error).__name__)
    except Exception:
        log.exception("record %s could not be prepared", claimed.id)
        crashed = True
    if task is None:
        kept(give_back_claimed, claimed, crashed)
    return task


def _send(task: Delivery) -> None:
    """The create call, at most twice: the second time only after a 401 and a refreshed sign-in."""
    if not _media_intact(task):
        return
    if task.look_first and not _looked_first(task):
        return
    for last in (False, True):
        commit = CommitHook(task)
        verdict = _called(task, commit)
        if verdict is None:
            return
        if verdict.account == "refresh" and not last and _back(task, commit, verdict):
            try:
                fresh = _refreshed(task)
            except NotNow:
                kept(give_back, task)
                return
            if fresh is True:
                continue
            if isinstance(fresh, CannotTell):  # a blip while refreshing is no reason to disconnect
                verdict = replace(verdict, error_type="network_timeout", account="", final=False, message=fresh.reason)
        break
    failpoint("answered", task.id)
    _settled(task, commit.attempt if commit.passed else None, verdict)


def _called(task: Delivery, commit: CommitHook) -> Verdict | None:
    """The verdict of prepare and the create call; None when nothing was sent and the record was put back."""
    failpoint("before_connect", task.id)
    try:
        ctx = context(task, commit)
        task.container = task.connector.prepare(ctx, task.account, task.post)
        return task.connector.publish(ctx, task.account, task.post, task.key, task.container)
    except PrepareFailed as failed:
        return failed.verdict
    except NotNow:
        kept(give_back, task)
    except sqlalchemy.exc.DBAPIError as error:
        if commit.passed:
            return _surprise(task, commit, error)
        kept(not_sent_after_all, task, commit.attempt)
    except Exception as error:
        log.exception("the %s connector failed", task.connector.spec.slug)
        return _surprise(task, commit, error)
    return None


def _back(task: Delivery, commit: CommitHook, verdict: Verdict) -> bool:
    """The record stands at prepare and is ours: the sign-in may be refreshed, however long that takes."""
    if not commit.passed or commit.attempt is None:
        return True
    return bool(kept(back_to_prepare, task, commit.attempt, verdict))


def _surprise(task: Delivery, commit: CommitHook, error: Exception) -> Verdict:
    """A fault of ours: unknown once the request may have left, else a no that is tried again."""
    words = redact.text(f"The connector failed: {type(error).__name__}: {error}", task.account.secrets.values())
    if commit.passed:
        return Verdict("unknown", error_type="unknown", message=words, matched_by="exception")
    return Verdict("no", error_type="unknown", message=words, matched_by="exception")


def _media_intact(task: Delivery) -> bool:
    """The bytes of every picture are those that were approved; else the record is held."""
    files = context(task, CommitHook(task)).files if task.post.media else None
    for medium in task.post.media:
        try:
            files.read(medium.sha256)
        except (ValueError, FileNotFoundError) as error:
            kept(hold_changed, task, f"A picture is not what was approved: {error}")
            return False
    return True


def _looked_first(task: Delivery) -> bool:
    """A replay of what was once unknown: if it is out, that settles it. True: go on and send."""
    look = kept(reconciling.unclaimed, task, found(task))
    if isinstance(look, Found):
        by = f"{LOOKED}{look.matched_by}"
        verdict = Verdict("yes", post_id=look.post_id, url=look.url, matched_by=by, remarks=look.remarks)
        _settled(task, None, verdict)
        return False
    if isinstance(look, CannotTell) and not look.final:
        kind = look.error_type or "network_timeout"
        verdict = Verdict("no", error_type=kind, message=look.reason, retry_after=look.retry_after, matched_by="look")
        _settled(task, None, verdict)
        return False
    if isinstance(look, Doubt):
        kept(reconciling.settle_first_look, task, look)
        return False
    if isinstance(look, Absent):
        moment, began = kept(reconciling.watched, task) or (task.now, task.now)
        case = reconcile.Case(task.connector.spec, began)
        if not reconcile.sure(case, moment):
            kept(give_back, task, case.sure_at)
            return False
    return True


def _refreshed(task: Delivery) -> bool | CannotTell:
    """One refresh of the sign-in (single flight in the connector), or none where somebody else has brought another meanwhile.
    True: try again with what there is now."""
    now = kept(replaced, task)
    if now is not None:
        task.account = now
        return True
    if "refresh" not in task.connector.spec.can:
        return False
    try:
        check = task.connector.refresh(context(task, CommitHook(task)), task.account)
    except Exception as error:
        log.exception("refresh of the %s connector failed", task.connector.spec.slug)
        return CannotTell(f"Refreshing the sign-in failed ({type(error).__name__}).")
    if isinstance(check, Refused | CannotTell):
        return check if isinstance(check, CannotTell) else False
    task.account = kept(keep_refreshed, task, check) or task.account
    return True


def _look(task: Delivery) -> None:
    """Evidence first, then the platform."""
    answered = kept(late.late_no, task)
    if answered is not None:
        kept(late.settle_late_no, task, answered)
        return
    kept(reconciling.settle_look, task, found(task))


def found(task: Delivery, beside: Beside | None = None) -> Lookup:
    """What the platform says; `beside` in place of what the desk knows now. A list is compared with what was sent; where nobody
    knows that any more, a person has to look."""
    if not task.words_known and task.connector.spec.resend_safety == "listing":
        return CannotTell(WORDS_LOST, final=True)
    beside = beside or kept(reconciling.beside, task)
    try:
        began = transaction(clock_state.earliest, task.began)
        ctx = replace(context(task, CommitHook(task)), **({"beside": beside} if beside else {}))
        return task.connector.find(ctx, task.account, task.post, task.key, began)
    except Exception as error:
        log.exception("find of the %s connector failed", task.connector.spec.slug)
        return CannotTell(
            redact.text(f"Looking failed: {type(error).__name__}: {error}", task.account.secrets.values())
        )


def _confirm(task: Delivery) -> None:
    try:
        verdict = task.connector.confirm(
            context(task, CommitHook(task)), task.account, task.post, task.key, task.container
        )
    except Exception as error:
        log.exception("confirm of the %s connector failed", task.connector.spec.slug)
        words = redact.text(f"Asking failed: {type(error).__name__}: {error}", task.account.secrets.values())
        verdict = Verdict("no", error_type="unknown", message=words)
    kept(confirm.settle_confirm, task, verdict)


def _settled(task: Delivery, attempt: uuid.UUID | None, verdict: Verdict) -> None:
    _until_kept("settle", task.id, SETTLE, Answered(task, attempt, verdict))


def kept(action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """Run a step until the database takes it; the first argument is the record's task or claim. None when the process has to
    end before that."""
    record = cast(Delivery | Claimed, args[0]).id
    return _until_kept(action.__name__, record, partial(transaction, action, *args, **kwargs))


def _until_kept(name: str, record: uuid.UUID, run: Callable[..., T], *args: Any) -> T | None:
    """An answer that was given is not lost with a connection, nor while the database only reads (a fail-over)."""
    wait = 0.1
    while True:
        try:
            return _between(name, record, run, *args)
        except sqlalchemy.exc.DBAPIError as error:
            if not _time_mends(error):
                raise
            if ENDING.is_set():
                log.warning("the database stayed away; %s was not kept", name)
                return None
            log.warning("the database is away (%s); trying again", type(error.orig).__name__)
        time.sleep(wait)
        wait = min(wait * 2, 2.0)


def _time_mends(error: sqlalchemy.exc.DBAPIError) -> bool:
    """Whether the same step may succeed later: the connection is lost, the server is busy, full, or only reads."""
    lost = isinstance(error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError)
    return lost or isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction)


def _between(name: str, record: uuid.UUID, run: Callable[..., T], *args: Any) -> T:
    """A step that commits, between its two failpoints."""
    failpoint(f"before_{name}", record)
    result = run(*args)
    failpoint(f"after_{name}", record)
    return result
