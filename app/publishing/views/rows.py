"""Rows of the records list, ready to print: the template looks nothing up in a record (that cost half of a page).

A column is a field of `Cells` and its cell in templates/publishing/records.html; both are by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from markupsafe import Markup

from app.publishing.pages import badges

MESSAGE_LENGTH = 60


class Cells(NamedTuple):
    """One row. Markup is drawn by `ui`; plain text is escaped where it is printed."""

    id: str
    short: str
    title: str
    slug: str
    account: str
    platform: Markup
    status: Markup
    error: Markup | str
    message: str
    tries: int
    due: Markup
    last: Markup
    able: str


def cells(rows: Iterable[Any], held: Collection[Any], now: datetime) -> Iterator[Cells]:
    """`held`: ids of the rows that a hold stops."""
    ui: Any = current_app.jinja_env.globals["ui"]
    status, platform, error_type, when = ui.status, ui.platform, ui.error_type, ui.when
    for r in rows:
        key, name = badges.badge_key(r.status, r.due_at, r.next_retry_at, now, r.id in held), str(r.id)
        failed = r.error_type and r.status != "success"
        yield Cells(
            id=name,
            short=name[-8:],
            title=r.title,
            slug=r.platform,
            account=r.account_name,
            platform=platform(r.platform),
            status=status(key),
            error=error_type(r.error_type) if failed else "",
            message=(r.error_message or "")[:MESSAGE_LENGTH] if failed else _remark(r),
            tries=r.attempt_count,
            due=when(r.due_at),
            last=when(r.published_at or r.claimed_at, "" if r.status == "cancelled" else "Not yet"),
            able=badges.bulk_actions(r.status, r.was_unknown),
        )


def _remark(row: Any) -> str:
    """Of a published record: how what is there differs from what was sent."""
    remarks = row.remarks if row.status == "success" else None
    return (
        f"{str(remarks[0])[:MESSAGE_LENGTH]}{f' (+{len(remarks) - 1})' if len(remarks) > 1 else ''}"
        if isinstance(remarks, list) and remarks
        else ""
    )
