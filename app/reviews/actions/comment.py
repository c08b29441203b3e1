"""A remark on the version under review."""

from __future__ import annotations

from app.audit import actions as audit
from app.core import actor
from app.core.db import db
from app.lib.errors import Invalid
from app.reviews.models import ApprovalRequest, ReviewComment
from app.reviews.rules import SENTENCE_MAX


def comment(request: ApprovalRequest, version: int, body: str, internal: bool = False) -> ReviewComment:
    """Add a comment of who acts. `internal`: for reviewers only. Raises Invalid when it is empty or too long."""
    text = body.strip()
    if not text:
        raise Invalid({"body": "Write something before you post it."})
    if len(text) > SENTENCE_MAX:
        raise Invalid({"body": f"This has {len(text):,} characters; at most {SENTENCE_MAX:,} are kept. Shorten it."})
    author = actor.current().person_id
    row = ReviewComment(request_id=request.id, author_id=author, version=version, body=text, internal=internal)
    db.session.add(row)
    db.session.flush()
    audit.record("reviews.comment", request, note="For reviewers only" if internal else text[:200])
    return row
