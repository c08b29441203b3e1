"""Who is on the staff."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from app.core.db import app_now, db, find_row
from app.core.listing import Choice, Listing
from app.lib.errors import NotFound
from app.lib.roles import ROLES, TABLE
from app.staff.models import User

NEVER = sa.literal(datetime(2000, 1, 1, tzinfo=UTC), sa.DateTime(timezone=True))
STATES = (("active", "Active"), ("suspended", "Suspended"), ("locked", "Locked out"))


def _in_state(value: str) -> sa.ColumnElement[bool]:
    locked = sa.and_(User.locked_until.is_not(None), User.locked_until > app_now())
    return {"active": User.is_active.is_(True), "suspended": User.is_active.is_(False), "locked": locked}[value]


STAFF = Listing(
    select=sa.select(User),
    search=[User.full_name, User.email, User.username],
    filters={
        "role": Choice(User.role, [(key, role.word) for key, role in TABLE.items()], label="Role"),
        "state": Choice(_in_state, STATES, label="State"),
    },
    sorts={
        "name": sa.func.lower(User.full_name),
        "seen": sa.func.coalesce(User.last_login_at, NEVER),
        "joined": User.created_at,
    },
    default="name",
    tiebreak=User.id,
    per_page=25,
)


def by_id(user_id: uuid.UUID | str | None) -> User:
    """The member. Raises NotFound, for garbage too."""
    found = find_row(User, user_id)
    if found is None:
        raise NotFound("There is no such person on the staff.")
    return found


def by_email(email: str) -> User | None:
    """The member with that address, in any spelling of capitals."""
    return db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))


def staff(least: str | None = None) -> Sequence[User]:
    """Active members by name; with `least`, those who have that role's rights."""
    statement = sa.select(User).where(User.is_active).order_by(sa.func.lower(User.full_name))
    if least is not None:
        statement = statement.where(User.role.in_(ROLES[ROLES.index(least) :]))
    return db.session.scalars(statement).all()


def staff_choices(least: str | None = None) -> list[tuple[str, str]]:
    """(id, name) of active members, for a select."""
    return [(str(user.id), user.full_name) for user in staff(least)]


def names(ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """The names of many people in one statement."""
    wanted = {key for key in ids if key is not None}
    if not wanted:
        return {}
    return dict(db.session.execute(sa.select(User.id, User.full_name).where(User.id.in_(wanted))).all())


def count_active_people() -> int:
    """How many people could work here: with one alone nobody can approve."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(User).where(User.is_active)) or 0


def is_last_admin(user: User) -> bool:
    """Whether the desk would be without an active admin but for this one."""
    if user.role != "admin" or not user.is_active:
        return False
    others = sa.select(User.id).where(User.role == "admin", User.is_active, User.id != user.id)
    return db.session.scalar(sa.select(~others.exists())) or False
