"""One record: what happened, why, what to do next."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import Response, make_response, request

from app.platforms.compare import is_severe
from app.publishing.pages import badges as words
from app.publishing.pages import timeline
from app.publishing.pages.blockers import why
from app.publishing.pages.record_banner import BannerFacts, notice
from app.publishing.queries import doubts, duplicates, jobs, records
from app.publishing.queries import record as record_queries
from app.publishing.views.blueprint import bp
from app.web import labels
from app.web.auth import requires
from app.web.pages import render
from app.web.template_globals import moment_in_text
from app.web.view_marks import poll


@bp.get("/records/<uuid:record_id>")
@requires("viewer")
def record(record_id: uuid.UUID) -> Response:
    return render("publishing/record.html", **page_of(record_id))


@bp.get("/records/<uuid:record_id>/live")
@requires("viewer")
@poll
def record_live(record_id: uuid.UUID) -> Response:
    """204 while nothing has changed since the version the page shows, else the whole region."""
    if request.args.get("v") == record_queries.mark(record_id):
        return make_response("", 204)
    return render("publishing/record.html", block="record", **page_of(record_id))


@bp.get("/records/<uuid:record_id>/attempts.json")
@requires("viewer")
def attempts_json(record_id: uuid.UUID) -> Response:
    """Every attempt with its redacted copies, for a ticket at the platform."""
    record_queries.record(record_id)
    rows = [{name: getattr(a, name) for name in COPIED} for a in record_queries.attempts_of(record_id)]
    response = make_response({"record": str(record_id), "attempts": rows})
    response.headers["Content-Disposition"] = f'attachment; filename="record-{words.short(record_id)}.json"'
    return response


COPIED = ("number", "generation", "step", "started_at", "finished_at", "outcome", "error_type", "http_status", "platform_code",
          "message", "matched_by", "request_id", "duration_ms", "worker", "request", "response")  # fmt: skip


def page_of(record_id: uuid.UUID) -> dict[str, Any]:
    """The context of the record page; its version is read first, as on the job's page."""
    version = record_queries.mark(record_id)
    seen = record_queries.shown(record_id)
    record = seen.record
    key = words.key(record.status, record.due_at, record.next_retry_at, seen.now, seen.is_held)
    keys = _keys(seen)
    keys[record.id] = key
    reasons = why(record_queries.facts(seen))
    return {
        "one": seen, "record": record, "job": seen.job, "item": seen.item, "account": seen.account, "key": key,
        "notice": notice(_case(seen, key)), "twins": duplicates.posts(record, seen.attempts), "reasons": reasons, "label": labels.error_type(record.error_type),
        "story": timeline.story(seen.attempts, _platform(seen), [*_people(seen), *_remarks(seen)]), "last": seen.attempts[0] if seen.attempts else None,
        "moving": words.every([key]), "keys": keys, "job_key": words.job_key(seen.job.status, list(keys.values())),
        "version": version, "words": words, "total": _total(seen),
    }  # fmt: skip


def _keys(seen: record_queries.Shown) -> dict[uuid.UUID, str]:
    """The badge of each record of the job."""
    rows = jobs.with_campaign(seen.job, seen.siblings)
    held = words.held(records.holds_over(row.id for row in rows), rows) if len(rows) > 1 else ()
    return {r.id: words.key(r.status, r.due_at, r.next_retry_at, seen.now, r.id in held) for r in seen.siblings}


def _platform(seen: record_queries.Shown) -> str:
    return labels.platform(seen.record.platform).word


def _case(seen: record_queries.Shown, key: str) -> BannerFacts:
    record, account = seen.record, seen.account
    hold = seen.holds[0][0] if seen.holds else None
    alarm = next((row.note or "" for row, _ in seen.holds if row.reason == "invariant"), "")
    return BannerFacts(
        key=key, platform=_platform(seen), account=record.account_name, error_type=record.error_type, said=record.error_message or "",
        tries=record.attempt_count, next_at=record.next_retry_at, others=seen.same_cause,
        given_up=record.dead_letter_reason == "given_up", barred=record.resend_barred_at is not None,
        candidates=len(doubts.candidates(record)) if key == "needs_look" else 0,
        account_usable=bool(account and account.is_usable), was_unknown=record.was_unknown,
        remarks=tuple(str(remark) for remark in (record.meta or {}).get("remarks") or ()),
        blame=str((record.meta or {}).get("blame") or ""),
        held_because=hold.word if hold else "", hold_note=(hold.note or "") if hold else "",
        alarm=alarm, twins=len(duplicates.posts(record, seen.attempts)),
    )  # fmt: skip


def _people(seen: record_queries.Shown) -> list[timeline.Event]:
    """What people did, and where it began."""
    events = [
        timeline.Event("people", row.title, row.at, row.tone, row.icon, row.note or _changed(row), by=row.who)
        for row in seen.history
    ]
    by = f" by {seen.maker}" if seen.maker else ""
    how = "Scheduled" if seen.job.scheduled_at else "Published now"
    events.append(timeline.Event("people", f"{how}{by}", seen.job.created_at, "plan", "clock"))
    if seen.item.approved_at and seen.item.approved_version_id == seen.job.artifact_id:
        by = f" by {seen.approver}" if seen.approver else ""
        events.append(timeline.Event("people", f"Approved{by}", seen.item.approved_at, "plan", "user-check"))
    return events


def _remarks(seen: record_queries.Shown) -> list[timeline.Event]:
    """What the platform stored otherwise than it was sent, at the moment it went out."""
    said = (seen.record.meta or {}).get("remarks") or ()
    at = seen.record.published_at
    return [
        timeline.Event("people", str(word), at, "bad" if is_severe(str(word)) else "wait", "alert-triangle")
        for word in said
        if at
    ]


def _changed(row: Any) -> str:
    """The times between which it was moved, or the link that was named."""
    for _, old, new in row.changes:
        if row.action == "publishing.reschedule" and old and new:
            before, after = datetime.fromisoformat(old), datetime.fromisoformat(new)
            return f"From {moment_in_text(before)} to {moment_in_text(after)}"
        if row.action == "publishing.settled_there" and new.startswith(("https://", "http://")):
            return new
    return ""


def _total(seen: record_queries.Shown) -> float | None:
    """Seconds from the first try to the last answer."""
    if not seen.attempts:
        return None
    newest = max(a.finished_at or a.started_at for a in seen.attempts)
    return (newest - min(a.started_at for a in seen.attempts)).total_seconds()
