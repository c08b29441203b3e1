"""Rows for tests: functions that add to the current session and flush. Call them through `commit(make_x, …)`."""

from __future__ import annotations

import itertools

serial = itertools.count(1)


# accounts
def make_account(platform="site", name=None, status="active", secrets=None, configuration=None, **columns):  # type: ignore[no-untyped-def]
    """An account with its secrets sealed, in the state that is asked for."""
    from app.accounts import sealing
    from app.accounts.models import Account
    from app.core import crypto
    from app.core.db import db
    from app.core.ids import uuid7
    from app.platforms import registry

    row = Account(id=uuid7(), platform=platform, account_name=name or f"{platform}-{next(serial)}", status=status)
    kind = registry.get(platform).spec.credential_type
    row.credential_type = "token" if kind == "none" else kind
    row.credentials = sealing.seal_tree(row.id, secrets or {})
    row.key_id = crypto.ring().newest if secrets else None
    row.configuration = configuration or {}
    for column, value in columns.items():
        setattr(row, column, value)
    db.session.add(row)
    db.session.flush()
    return row


# accounts
PASSWORD = "correct horse battery staple"
_hashes: dict[str, str] = {}


def make_user(role: str = "editor", password: str = PASSWORD, **fields):  # type: ignore[no-untyped-def]
    """A member of the staff; the hash of a password is made once a run."""
    from app.core.db import db
    from app.staff.models import User
    from app.staff.passwords import hash_password

    if password not in _hashes:
        _hashes[password] = hash_password(password)
    n = next(serial)
    values = {
        "email": f"{role}{n}@desk.example",
        "username": f"{role}{n}",
        "full_name": f"{role.capitalize()} {n}",
        "role": role,
        "password_hash": _hashes[password],
    }
    user = User(**{**values, **fields})
    db.session.add(user)
    db.session.flush()
    return user


# content
def make_item(
    title="Five stones, one story",
    body="The Oyaishi leans into the current; the other four follow.",
    by=None,
    accounts=(),
    status="draft",
    **columns,
):  # type: ignore[no-untyped-def]
    """An item with version 1, made by the room's own verb; moved on to `status` by the verbs that lead there.

    `by`: a user (an editor is made when it is left out); `accounts`: rows to plan for; `payload={…}` adds to the payload.
    """
    from app.content import actions
    from app.content.models import Artifact
    from app.core.db import db

    author = by or make_user("editor")
    payload = {"title": title, "body": body, **columns.pop("payload", {})}
    item = act_as(author, actions.create_item, payload)
    if accounts or "at" in columns:
        actions.plan(
            item, columns.pop("at", None), columns.pop("timezone", "UTC"), [(str(a.id), a.platform) for a in accounts]
        )
    for column, value in columns.items():
        setattr(item, column, value)
    version = db.session.get(Artifact, item.current_version_id)
    if status != "draft":
        actions.to_review(item, version)
    if status == "needs_revision":
        actions.set_needs_revision(item, "Say what happened in our tank.")
    elif status == "rejected":
        actions.set_rejected(item, "Not now.")
    elif status in ("approved", "scheduled", "published"):
        act_as(make_user("reviewer"), actions.set_approved, item, version)
    if status in ("scheduled", "published"):
        actions.keep_open_records({item.id: (int(status == "scheduled"), int(status == "published"))})
    db.session.flush()
    return item


def version_of(item):  # type: ignore[no-untyped-def]
    """The item's current version."""
    from app.content.models import Artifact
    from app.core.db import db

    return db.session.get(Artifact, item.current_version_id)


# publishing
def make_record(status="pending", platform="site", account=None, due_at=None, title="", **columns):  # type: ignore[no-untyped-def]
    """A record in any status with the columns that belong to it, its job, and an approved item of its own."""
    from app.content import actions as content
    from app.content.compose import COMPOSER_VERSION, compose, composed_hash
    from app.content.models import Artifact
    from app.core.db import app_now, database_now, db
    from app.publishing.actions.rollups import derive
    from app.publishing.models import PublishJob, PublishRecord

    moment, number = database_now(), next(serial)
    author = make_user("editor")
    item = act_as(author, content.create_item, {"title": title or f"Post {number}", "body": f"Text {number}."})
    artifact = db.session.get_one(Artifact, item.current_version_id)
    content.to_review(item, artifact)
    act_as(author, content.set_approved, item, artifact)
    account = account or make_account(platform)
    job = PublishJob(
        content_id=item.id, artifact_id=artifact.id, platforms=[platform], scheduled_at=due_at, created_by=author.id
    )
    db.session.add(job)
    db.session.flush()
    extra = {
        "publishing": {
            "step": "prepare",
            "lease_owner": "worker-1",
            "lease_expires_at": app_now(),
            "claimed_from": "pending",
            "claimed_at": moment,
            "lease_epoch": 1,
        },
        "confirming": {"next_retry_at": moment, "attempt_count": 1},
        "retrying": {
            "next_retry_at": moment,
            "retry_count": 1,
            "attempt_count": 1,
            "error_type": "platform_error",
            "error_message": "HTTP 503",
        },
        "unknown": {"unknown_since": moment, "was_unknown": True, "attempt_count": 1, "error_type": "unknown"},
        "success": {
            "published_at": moment,
            "platform_post_id": f"p{number}",
            "platform_url": f"https://example.org/p{number}",
            "attempt_count": 1,
        },
        "failed": {
            "dead_letter_at": moment,
            "dead_letter_reason": "content_rejected",
            "error_type": "content_rejected",
            "error_message": "Too long",
            "attempt_count": 1,
        },
    }.get(status, {})
    post = compose(artifact.payload, platform)
    values = {
        "composed_hash": composed_hash(post),
        "composer_version": COMPOSER_VERSION,
        "due_at": due_at or moment,
        "host": platform,
    }
    row = PublishRecord(
        job_id=job.id,
        platform=platform,
        credential_id=account.id,
        account_name=account.account_name,
        status=status,
        **{**values, **extra, **columns},
    )
    db.session.add(row)
    db.session.flush()
    derive(job.id)
    return row


# campaigns, reviews
def make_campaign(name="Winter Iwagumi", status="active", **columns):  # type: ignore[no-untyped-def]
    """A campaign in the state that is asked for."""
    from app.campaigns.models import Campaign
    from app.core.db import db

    row = Campaign(name=name, goal="Show what one tank can be.", status=status, **columns)
    db.session.add(row)
    db.session.flush()
    return row


def make_review(item=None, by=None, reviewer=None, status="in_review", reason="Say what happened in our tank.", **more):  # type: ignore[no-untyped-def]
    """A review request for the current version of `item`, made and moved on by the room's own verbs.

    `by` asks (the item's author when left out); `reviewer` decides (a new one when left out).
    """
    from app.content import queries as contents
    from app.core.db import db
    from app.reviews import actions
    from app.staff.models import User

    item = item or make_item()
    asker = by or db.session.get_one(User, item.created_by)
    row = act_as(asker, actions.ask, item, version_of(item), **more)
    who = reviewer or (make_user("reviewer") if status != "pending" else None)
    if status == "in_review":
        act_as(who, actions.open_for_review, row)
    verb = {"approved": "approve", "rejected": "reject", "changes_requested": "request_changes"}.get(status)
    if verb:
        act_as(
            who,
            actions.decide,
            row.id,
            verb,
            artifact_id=str(row.artifact_id),
            content_hash=row.content_hash,
            plan_hash=contents.plan_hash(item),
            shown_hash=contents.posts_hash(item, version_of(item)),
            note=reason,
        )
    if status == "cancelled":
        act_as(asker, actions.withdraw, row.id)
    return row


def act_as(user, verb, *args, **more):
    """A verb, done by a person."""
    from app.core.actor import Actor, acting

    with acting(Actor(type="human", id=str(user.id), name=user.full_name, role=user.role)):
        return verb(*args, **more)


def unseal_account(account_id):
    """An account with its secrets in clear, as a worker has it at the moment of use."""
    from app.accounts.unseal import unseal_by_id
    from app.core.transactions import transaction

    return transaction(unseal_by_id, account_id)
