"""Holds: placed and released, one open per scope, thing and reason. A hold stops claims, it moves nothing."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.accounts import queries as account_queries
from app.audit import actions as audit
from app.core import actor
from app.core.db import app_now, database_now, db
from app.lib.errors import Conflict, Invalid, NotFound
from app.publishing.actions.wake import wake
from app.publishing.campaign_frame import BARRED
from app.publishing.models import REASONS, SCOPES, PublishHold
from app.publishing.queries.campaign import frame

CAMPAIGN_REASONS = ("campaign_paused", "campaign_window")

# Covers a record `r`: what the commit point asks. The campaign's own state and times are asked beside its holds, so that
# its last second is exact and nothing that changed its row behind the desk's back lets a post slip.
COVERED = f"""(EXISTS (SELECT 1 FROM publish_holds h WHERE h.released_at IS NULL AND (
    (h.scope = 'all') OR (h.scope = 'record' AND h.scope_id = r.id::text)
    OR (h.scope = 'job' AND h.scope_id = r.job_id::text)
    OR (h.scope = 'account' AND h.scope_id = r.credential_id::text)
    OR (h.scope = 'platform' AND h.scope_id = r.platform)
    OR (h.scope = 'campaign' AND h.scope_id = (SELECT k.campaign_id::text FROM publish_jobs k WHERE k.id = r.job_id))))
  OR EXISTS (SELECT 1 FROM publish_jobs k JOIN campaigns g ON g.id = k.campaign_id
    WHERE k.id = r.job_id AND {BARRED}))"""  # noqa: S608  (constants)


def _hold_exists(scope: str, thing: str) -> str:
    open_holds = "SELECT 1 FROM publish_holds h WHERE h.released_at IS NULL"
    return f"EXISTS ({open_holds} AND h.scope = '{scope}' AND h.scope_id = {thing})"


# The same question in two parts, for claims: what covers an account `c` is asked before any of its records is read, so that
# a backlog that is held costs nothing; the rest is asked once a record. Each is one look into the index of open holds.
_ACCOUNT = (("all", "''"), ("account", "c.id::text"), ("platform", "c.platform"))
_ITSELF = (("record", "r.id::text"), ("job", "r.job_id::text"), ("campaign", "j.campaign_id::text"))
COVERED_ACCOUNT = f"({' OR '.join(_hold_exists(*one) for one in _ACCOUNT)})"
_CAMPAIGN = f"EXISTS (SELECT 1 FROM campaigns g WHERE g.id = j.campaign_id AND {BARRED.replace('k.', 'j.')})"  # noqa: S608
COVERED_ITSELF = f"({' OR '.join(_hold_exists(*one) for one in _ITSELF)} OR {_CAMPAIGN})"


def hold(scope: str, scope_id: Any = "", reason: str = "human", note: str = "") -> PublishHold:
    """Place a hold, or return the open one of that kind. Raises Invalid for an unknown scope or reason."""
    if scope not in SCOPES or reason not in REASONS or (scope == "all") != (not scope_id):
        raise Invalid({"": f"There is no hold of scope {scope} with reason {reason}."})
    key = "" if scope == "all" else str(scope_id)
    made: PublishHold | None = db.session.scalar(
        insert(PublishHold)
        .values(scope=scope, scope_id=key, reason=reason, note=note or None, placed_by=actor.current().person_id)
        .on_conflict_do_nothing(
            index_elements=["scope", "scope_id", "reason"], index_where=sa.text("released_at IS NULL")
        )
        .returning(PublishHold)
    )
    if made is None:
        return db.session.scalars(_open(scope, key, reason)).one()
    audit.record(
        "publishing.hold",
        _subject(scope, key, made),
        severity="warning",
        note=note or None,
        scope=[None, scope],
        reason=[None, reason],
    )
    return made


def release(scope: str, scope_id: Any = "", reason: str = "human", note: str = "") -> bool:
    """Release the open hold of that kind; False when there is none. What is due goes out again."""
    key = "" if scope == "all" else str(scope_id)
    found: PublishHold | None = db.session.scalar(_open(scope, key, reason).with_for_update())
    if found is None:
        return False
    found.released_at = db.session.scalar(sa.select(app_now()))
    found.released_by = actor.current().person_id
    audit.record(
        "publishing.release", _subject(scope, key, found), note=note or None, scope=[scope, None], reason=[reason, None]
    )
    wake()
    return True


def release_by_id(hold_id: uuid.UUID | str, note: str = "") -> PublishHold:
    """A person releases one hold. Raises NotFound when it is not open, Conflict when it goes with its campaign."""
    found = db.session.get(PublishHold, uuid.UUID(str(hold_id)))
    if found is not None and found.reason in CAMPAIGN_REASONS and found.released_at is None:
        campaign = frame(found.scope_id)
        if campaign is not None and (campaign.status != "active" or campaign.outside(database_now())):
            raise Conflict(
                f"The campaign “{campaign.name}” is not running, and this hold goes with it. Start or resume it, or move its"
                " dates, on its own page."
            )
    if found is None or not release(found.scope, found.scope_id, found.reason, note):
        raise NotFound("This hold is released already.")
    return found


def hold_everything(note: str) -> PublishHold:
    """The emergency stop: nothing is claimed and no prepared call passes its commit until it is released."""
    return hold("all", "", "emergency", note)


def sync_account_holds(credential_id: uuid.UUID | str) -> None:
    """Make the account's holds what the account's state asks for. Idempotent: reaction to its leaving and coming back."""
    account = account_queries.by_id(credential_id)
    wanted = {
        "account_paused": account.paused_at is not None,
        "account_down": account.deleted_at is not None or account.status != "active",
    }
    for reason, is_wanted in wanted.items():
        if is_wanted:
            hold("account", account.id, reason)
        else:
            release("account", account.id, reason)


def _open(scope: str, key: str, reason: str) -> sa.Select[PublishHold]:
    return sa.select(PublishHold).where(
        PublishHold.scope == scope,
        PublishHold.scope_id == key,
        PublishHold.reason == reason,
        PublishHold.released_at.is_(None),
    )


def _subject(scope: str, key: str, row: PublishHold) -> Any:
    """What the audit entry is about: the thing held, so that its page shows it."""
    tables = {
        "record": "publish_records",
        "job": "publish_jobs",
        "account": "platform_credentials",
        "campaign": "campaigns",
    }
    return (tables[scope], key) if scope in tables else row
