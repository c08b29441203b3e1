"""Saved views: a list's filters under a name, for oneself or for everybody. All of them are the views of who acts."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa

from app.audit import actions as audit
from app.core import actor
from app.core.db import app_now, db
from app.lib.errors import Forbidden, Invalid, NotFound
from app.search.models import SavedView

LEFT_OUT = ("after", "before", "csrf_token", "saved")
LONGEST = 60
MOST = 30


def tidy(query: str) -> str:
    """A query string without cursors and empty parameters, so that a view never opens in the middle of a list."""
    pairs = parse_qsl(query.lstrip("?")[:2000], keep_blank_values=False, max_num_fields=50)
    return urlencode([(name, value) for name, value in pairs if name not in LEFT_OUT])


def save_view(page: str, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep the filters of `page` under `name`; the same name again replaces one's own. Raises Invalid; Forbidden for a job."""
    name, owner = _tidy_name(name), _person()
    mine = sa.select(SavedView).where(
        SavedView.user_id == owner, SavedView.page == page, SavedView.deleted_at.is_(None)
    )
    own = list(db.session.scalars(mine))
    view = next((other for other in own if other.name.lower() == name.lower()), None)
    if view is None and len(own) >= MOST:
        raise Invalid({"name": f"You have {MOST} views of this list. Delete one first."})
    before = view.query if view else None
    if view is None:
        view = SavedView(user_id=owner, page=page)
        db.session.add(view)
    view.name, view.query, view.is_shared = name, tidy(query), is_shared
    db.session.flush()
    audit.record("search.save_view", view, page=[None, page], query=[before, view.query])
    return view


def rename_view(view_id: uuid.UUID, name: str) -> SavedView:
    """Another name. Raises Invalid when one's own other view has it."""
    view, name = own_view(view_id), _tidy_name(name)
    taken = sa.select(SavedView.id).where(
        SavedView.user_id == view.user_id, SavedView.page == view.page, SavedView.id != view.id,
        sa.func.lower(SavedView.name) == name.lower(), SavedView.deleted_at.is_(None),
    )  # fmt: skip
    if db.session.scalar(taken):
        raise Invalid({"name": "You have another view with that name."})
    before, view.name = view.name, name
    audit.record("search.rename_view", view, name=[before, name])
    return view


def delete_view(view_id: uuid.UUID) -> SavedView:
    """Put it away; nothing but the name is lost."""
    view = own_view(view_id)
    view.deleted_at = app_now()
    audit.record("search.delete_view", view)
    return view


def own_view(view_id: uuid.UUID) -> SavedView:
    """One's own view. Raises NotFound, Forbidden for somebody else's."""
    view = db.session.get(SavedView, view_id)
    if view is None or view.deleted_at is not None:
        raise NotFound("There is no such view. It may have been deleted.")
    if view.user_id != _person():
        raise Forbidden("This view belongs to somebody else. Save one of your own with the same filters.")
    return view


def _person() -> uuid.UUID:
    person = actor.current().person_id
    if person is None:
        raise Forbidden("Views belong to people.")
    return person


def _tidy_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": "Enter a name, like “Failed on Mastodon”."})
    if len(name) > LONGEST:
        raise Invalid({"name": f"Use at most {LONGEST} characters."})
    return name
