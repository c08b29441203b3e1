"""One record: what happened, why, what to do next."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import Response, make_response, request

from app.audit.queries import TimelineRow
from app.platforms.compare import is_severe
from app.publishing.pages import badges, timeline
from app.publishing.pages.banner_parts import BannerFacts, is_quote
from app.publishing.pages.blockers import blockers
from app.publishing.pages.record_banner import banner
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
    if request.args.get("v") == record_queries.version(record_id):
        return make_response("", 204)
    return render("publishing/record.html", block="record", **page_of(record_id))


@bp.get("/records/<uuid:record_id>/attempts.json")
@requires("viewer")
def attempts_json(record_id: uuid.UUID) -> Response:
    """Every attempt with its redacted copies, for a ticket at the platform."""
    record_queries.by_id(record_id)
    rows = [{name: getattr(a, name) for name in COPIED} for a in record_queries.attempts_of(record_id)]
    response = make_response({"record": str(record_id), "attempts": rows})
    response.headers["Content-Disposition"] = f'attachment; filename="record-{badges.short_id(record_id)}.json"'
    return response


COPIED = ("number", "generation", "step", "started_at", "finished_at", "outcome", "error_type", "http_status", "platform_code",
          "message", "matched_by", "request_id", "duration_ms", "worker", "request", "response")  # fmt: skip


def page_of(record_id: uuid.UUID) -> dict[str, Any]:
    """The context of the record page; its version is read first, as on the job's page."""
    version = record_queries.version(record_id)
    page = record_queries.record_page(record_id)
    record = page.record
    key = badges.badge_key(record.status, record.due_at, record.next_retry_at, page.now, page.is_held)
    keys = _keys(page)
    keys[record.id] = key
    reasons = blockers(record_queries.blocker_facts(page))
    return {
        "page": page, "record": record, "job": page.job, "item": page.item, "account": page.account, "key": key,
        "banner": banner(_banner_facts(page, key)), "duplicates": duplicates.live_posts(record, page.attempts),
        "reasons": reasons, "label": labels.error_type(record.error_type),
        "timeline": timeline.timeline(page.attempts, _platform(page), [*_people(page), *_remarks(page)]), "last": page.attempts[0] if page.attempts else None,
        "moving": badges.poll_interval([key]), "keys": keys, "job_key": badges.job_badge_key(page.job.status, list(keys.values())),
        "version": version, "badges": badges, "total": _total(page),
    }  # fmt: skip


def _keys(page: record_queries.RecordPage) -> dict[uuid.UUID, str]:
    """The badge of each record of the job."""
    rows = jobs.hold_subjects(page.job, page.siblings)
    held = badges.held_ids(records.holds_over(row.id for row in rows), rows) if len(rows) > 1 else ()
    return {r.id: badges.badge_key(r.status, r.due_at, r.next_retry_at, page.now, r.id in held) for r in page.siblings}


def _platform(page: record_queries.RecordPage) -> str:
    return labels.platform(page.record.platform).word


def _banner_facts(page: record_queries.RecordPage, key: str) -> BannerFacts:
    record, account = page.record, page.account
    hold = page.holds[0].hold if page.holds else None
    alarm = next((row.note or "" for row, _ in page.holds if row.reason == "invariant"), "")
    return BannerFacts(
        key=key, platform=_platform(page), account=record.account_name, error_type=record.error_type, message=record.error_message or "",
        own_words=not any(one.message == record.error_message and is_quote(one) for one in page.attempts),
        tries=record.attempt_count, next_at=record.next_retry_at, others=page.same_cause,
        given_up=record.dead_letter_reason == "given_up", barred=record.resend_barred_at is not None,
        candidates=len(doubts.candidates(record)) if key == "needs_look" else 0,
        account_usable=bool(account and account.is_usable), was_unknown=record.was_unknown,
        remarks=tuple(str(remark) for remark in (record.meta or {}).get("remarks") or ()),
        blame=str((record.meta or {}).get("blame") or ""),
        held_because=hold.word if hold else "", hold_note=(hold.note or "") if hold else "",
        alarm=alarm, duplicates=len(duplicates.live_posts(record, page.attempts)),
    )  # fmt: skip


def _people(page: record_queries.RecordPage) -> list[timeline.Event]:
    """What people did, and where it began."""
    events = [
        timeline.Event("people", row.title, row.at, row.tone, row.icon, row.note or _change_of(row), by=row.who)
        for row in page.history
    ]
    by = f" by {page.maker}" if page.maker else ""
    how = "Scheduled" if page.job.scheduled_at else "Published now"
    events.append(timeline.Event("people", f"{how}{by}", page.job.created_at, "plan", "clock"))
    if page.item.approved_at and page.item.approved_version_id == page.job.artifact_id:
        by = f" by {page.approver}" if page.approver else ""
        events.append(timeline.Event("people", f"Approved{by}", page.item.approved_at, "plan", "user-check"))
    return events


def _remarks(page: record_queries.RecordPage) -> list[timeline.Event]:
    """What the platform stored otherwise than it was sent, at the moment it went out."""
    remarks = (page.record.meta or {}).get("remarks") or ()
    at = page.record.published_at
    return [
        timeline.Event("people", str(remark), at, "bad" if is_severe(str(remark)) else "wait", "alert-triangle")
        for remark in remarks
        if at
    ]


def _change_of(row: TimelineRow) -> str:
    """The times between which it was moved, or the link that was named."""
    for _, old, new in row.changes:
        if row.action == "publishing.reschedule" and old and new:
            before, after = datetime.fromisoformat(old), datetime.fromisoformat(new)
            return f"From {moment_in_text(before)} to {moment_in_text(after)}"
        if row.action == "publishing.settled_there" and new.startswith(("https://", "http://")):
            return new
    return ""


def _total(page: record_queries.RecordPage) -> float | None:
    """Seconds from the first try to the last answer."""
    if not page.attempts:
        return None
    newest = max(a.finished_at or a.started_at for a in page.attempts)
    return (newest - min(a.started_at for a in page.attempts)).total_seconds()
