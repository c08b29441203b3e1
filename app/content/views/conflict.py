"""Two people edited at once: both texts, what differs, and three ways out. Nothing typed is lost on any of them."""

from __future__ import annotations

import uuid
from dataclasses import replace

from flask import Response
from flask_login import current_user

from app.content import queries
from app.content.actions import Stale
from app.content.composer_input import ComposerInput
from app.content.merge import merge
from app.content.models import ContentItem
from app.content.payload_diff import sections
from app.content.views import composer_context
from app.staff import queries as staff_queries
from app.web.pages import render


def render_conflict(entry: ComposerInput, item: ContentItem | None, stale: Stale) -> Response:
    """409 with the whole form in it, so that "Keep mine" is the same form begun from their version."""
    theirs = queries.artifact(stale.current_id)
    author = "You, in another tab," if theirs.created_by == current_user.id else _name(theirs.created_by)
    return render(
        "content/conflict.html", status=409, entry=composer_context.rebase(entry, theirs.id), began=entry.base_id, item=item, theirs=theirs,
        author=author, changed=sections(theirs.payload, entry.payload),
    )  # fmt: skip


def _name(user_id: uuid.UUID | None) -> str:
    person = staff_queries.by_id(user_id) if user_id else None
    return person.full_name if person else "Somebody"


def merge_versions(entry: ComposerInput, item: ContentItem, began: uuid.UUID | None) -> tuple[ComposerInput, str]:
    """Both texts in one, begun from their version; with a sentence on what still needs a look. `began`: what both started from."""
    theirs = queries.current(item)
    base = queries.artifact(began).payload if began else {}
    body = merge(base.get("body", ""), entry.payload["body"], theirs.payload.get("body", ""))
    title = merge(base.get("title", ""), entry.payload["title"], theirs.payload.get("title", ""))
    mine, other = entry.payload["variants"], theirs.payload.get("variants") or {}
    variants = {
        k: mine.get(k) if mine.get(k) != (base.get("variants") or {}).get(k) else other.get(k) for k in {*mine, *other}
    }
    known = {m["sha256"] for m in entry.payload["media"]}
    payload = {
        **entry.payload, "title": " / ".join(title.text.split("\n")), "body": body.text, "variants": {k: v for k, v in variants.items() if v},
        "media": [*entry.payload["media"], *(m for m in theirs.payload.get("media") or [] if m["sha256"] not in known)],
    }  # fmt: skip
    places = body.conflicts + title.conflicts
    note = (
        f"In {places} place{'s' if places != 1 else ''} you both changed the same line: theirs stands first, yours after it."
        if places
        else ""
    )
    return replace(
        entry, payload=payload, base_id=theirs.id
    ), note or "Both texts fitted together. Read it once more, then save."
