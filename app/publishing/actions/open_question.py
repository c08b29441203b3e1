"""The open question of a record whose outcome nobody knows: what a person answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.audit import actions as audit
from app.core import clock_state
from app.core.db import database_now
from app.lib.errors import Conflict, Invalid
from app.platforms import registry
from app.publishing import reconcile
from app.publishing.actions.lease import release
from app.publishing.actions.locking import lock_record
from app.publishing.actions.post_ownership import lock_posts, taken_posts
from app.publishing.actions.recheck import has_proof, settle_by_proof
from app.publishing.actions.resend import new_generation, refuse_resend
from app.publishing.actions.rollups import derive
from app.publishing.actions.wake import wake
from app.publishing.models import RECORD, PublishRecord
from app.publishing.queries import doubts
from app.publishing.queries.last_call import last_call_at


def settle_by_person(
    record: PublishRecord, answer: str, link: str | None = None, confirmed: bool = False
) -> PublishRecord:
    """Answer the question of an unknown record: `there` (with the link), `send_again` or `give_up`.

    `link`: the post's address, or the id of a candidate that a look has shown. Send again needs `confirmed` before
    `absent_after` (until then a request may still be alive at the platform) and where a post may be this one.
    """
    if record.credential_id is not None:
        lock_posts(record.credential_id)
    row = lock_record(record.id)
    if row.status != "unknown":
        raise Conflict(f"This record is {row.status}; the question is answered already.")
    if answer not in ("there", "send_again", "give_up"):
        raise Invalid({"answer": "Choose one of the three answers."})
    if has_proof(row.id):  # the platform's own answer, or a look, came first: what a person saw does not count any more
        settle_by_proof(row, database_now())
        return row
    release(row)
    row.next_retry_at = None
    {"there": _answer_there, "send_again": _send_again, "give_up": _give_up}[answer](row, link, confirmed)
    audit.record(
        f"publishing.settled_{answer}", row, label=row.label, status=["unknown", row.status], link=[None, link]
    )
    derive(row.job_id)
    wake()
    return row


def _answer_there(row: PublishRecord, link: str | None, confirmed: bool) -> None:
    link = (link or "").strip()
    if chosen := next((one for one in doubts.candidates(row) if link and link in (one.post_id, one.url)), None):
        _settle_as_there(row, chosen.post_id, chosen.url or None)
        return
    try:
        parts = urlsplit(link)
    except ValueError:  # "http://[::1"
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(link) > 2000:
        raise Invalid({"link": "Paste the whole link of the post, beginning with https://."})
    last = parts.path.rstrip("/").rpartition("/")[2]
    _settle_as_there(row, last if last and "find" in registry.get(row.platform).spec.can else link, link)


def _settle_as_there(row: PublishRecord, post_id: str, url: str | None) -> None:
    can_find = "find" in registry.get(row.platform).spec.can
    if can_find and row.credential_id is not None and taken_posts(row.id, row.credential_id, [post_id]):
        raise Invalid({"link": "Another record has this post already. Look for the one that belongs to this record."})
    RECORD.move(row, "success")
    row.platform_url, row.platform_post_id = url, post_id
    row.published_at = row.unknown_since or database_now()
    row.unknown_since = row.error_type = row.error_message = row.error_code = None


def _send_again(row: PublishRecord, link: str | None, confirmed: bool) -> None:
    spec = registry.get(row.platform).spec
    began = last_call_at(row.id) or row.unknown_since
    if row.resend_barred_at is not None:
        raise Conflict(
            "It was cancelled, so it is not sent again. Give it up, then replay it if you changed your mind."
        )
    moment = clock_state.now()
    if (
        began
        and not confirmed
        and not reconcile.is_conclusive(reconcile.Case(spec, clock_state.age_counts_from(began, moment)), moment)
    ):
        minutes = int(spec.absent_after.total_seconds() // 60)
        raise Conflict(
            f"{spec.name} may still store the first post until {minutes} minutes after it was sent. "
            "Confirm in writing that a double is acceptable, or wait."
        )
    if not confirmed and doubts.candidates(row):
        raise Conflict("There is a post that may be this one. Confirm in writing that a double is acceptable.")
    refuse_resend(row)
    RECORD.move(row, "retrying")
    row.meta = {key: value for key, value in (row.meta or {}).items() if key != "look_first"}  # a person has looked
    if spec.resend_safety != "proved":
        new_generation(row)
    elif not row.attempt_count:  # from a backup: what went out since has its key dated anew, and only a look knows it
        row.meta = {**row.meta, "look_first": True}
    row.next_retry_at = row.due_at = database_now()
    row.unknown_since = None


def _give_up(row: PublishRecord, link: str | None, confirmed: bool) -> None:
    RECORD.move(row, "failed")
    row.dead_letter_at, row.dead_letter_reason, row.unknown_since = database_now(), "given_up", None
