"""What a connector is given when a record is delivered: HTTP and our own pages, both with the commit point built in."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
import sqlalchemy.exc
from flask import current_app
from sqlalchemy.dialects.postgresql import insert

from app.accounts.shared_sessions import SharedSessions
from app.core import transactions
from app.core.db import app_now, db
from app.core.ids import uuid7
from app.core.transactions import transaction
from app.delivery.actions.commit import CreateCall, commit_all, enter_commit
from app.delivery.actions.delivery import Delivery
from app.delivery.cohort import GroupCommit
from app.delivery.failpoints import failpoint
from app.lib import redact
from app.outbound.exchange import Sending
from app.outbound.files import Files
from app.outbound.guard import Guard
from app.outbound.http import Http
from app.platforms.base import Context, Media, Stored, StoreFailed, UnsealedAccount
from app.site.models import LocalPost

COMMIT = GroupCommit(
    commit_all, unclear=lambda error: isinstance(error, sqlalchemy.exc.DBAPIError) and error.connection_invalidated
)
"""The commit points of a process's threads. Where the connection is lost, it is not known if they were passed: none is tried again."""


class CommitHook:
    """The hook between TLS and the first byte. `attempt` is the row's id, known before the statement is sent."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.attempt: uuid.UUID | None = None
        self.passed = False

    def __call__(self, sending: Sending) -> None:
        """Raises NotNow (or the database's error) when the point was not passed; then nothing is sent."""
        self.attempt = uuid7()
        failpoint("before_commit", self.delivery.id)
        leaving = CreateCall(self.delivery, self.attempt, sending)
        self.delivery.committed_at = enter_commit(self.delivery, COMMIT(leaving))
        self.passed = True
        failpoint("committed", self.delivery.id)


@lru_cache(maxsize=8)
def _guard(allow_hosts: tuple[str, ...]) -> Guard:
    """Nothing in it changes, and reading networks is dear."""
    return Guard(allow_hosts)


def context(delivery: Delivery, commit: CommitHook) -> Context:
    """The ports for one delivery or one look; the account's secrets are taken out of every stored copy."""
    settings = current_app.config["ENVIRONMENT"]
    http = Http(
        _guard(settings.allow_hosts),
        before_first_byte=commit,
        deadline=delivery.connector.spec.deadline.total_seconds(),
        secrets=redact.also_always(delivery.account.needles),
        outbound_allowed=transactions.outbound_allowed,
        now=delivery.clock.now,
    )
    store = LocalPostStore(delivery.account.slug, settings.url, commit)
    return Context(
        http=http, files=Files(settings.files), store=store, sessions=TrackedSessions(delivery), clock=delivery.clock
    )


class TrackedSessions(SharedSessions):
    """The shared sessions; the delivery remembers which one is in use, because an answer to a replaced one blames nobody."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery

    def get(self, account: UnsealedAccount) -> Mapping[str, str] | None:
        self.delivery.session = super().get(account)
        return self.delivery.session

    def put(self, account: UnsealedAccount, session: Mapping[str, str]) -> None:
        super().put(account, session)
        self.get(account)


class LocalPostStore:
    """Fills `StorePort`: our own pages in `local_posts`, one post per key."""

    def __init__(self, platform: str, base_url: str, commit: CommitHook) -> None:
        self.platform, self.base_url, self.commit = platform, base_url.rstrip("/"), commit

    def create(
        self,
        key: str,
        *,
        platform: str,
        title: str,
        body: str,
        media: Sequence[Media],
        slug: str,
        language: str,
        meta: Mapping[str, Any],
        keep: bool = True,
    ) -> Stored:
        """The commit point, then the insert. What the hook raises passes through; then nothing was stored."""
        words = "\n".join((platform, key, title, body, *(m.sha256 + m.alt for m in media)))
        address = f"{self.base_url}/site ({platform})"
        self.commit(
            Sending(
                "PUT",
                address,
                hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest(),
                {"store": platform, "key": key, "title": title, "text": body[:2000]},
                "",
            )
        )
        if not keep:
            return Stored(id="", key=key, url="", published_at=self.commit.delivery.clock.now())
        row = {
            "key": key,
            "platform": platform,
            "title": title,
            "body": body,
            "slug": slug,
            "language": language,
            "account_name": str(meta.get("account") or ""),
            "meta": dict(meta),
            "media": [
                {"sha256": m.sha256, "alt": m.alt, "mime": m.mime, "width": m.width, "height": m.height} for m in media
            ],
        }
        try:
            return self._absolute(transaction(_insert, row))
        except sqlalchemy.exc.DBAPIError as error:
            raise StoreFailed(f"Our own database did not answer ({type(error).__name__}).", reached=True) from None

    def find(self, key: str) -> Stored | None:
        """The post of that key, if its page stands."""
        try:
            found = transaction(_find, key)
        except sqlalchemy.exc.DBAPIError as error:
            raise StoreFailed(f"Our own database did not answer ({type(error).__name__}).", reached=False) from None
        return self._absolute(found) if found else None

    def delete(self, key: str) -> bool:
        """Take the page down; whether it stood."""
        return transaction(_remove, key)

    def _absolute(self, stored: Stored) -> Stored:
        return replace(stored, url=self.base_url + stored.url)


def _insert(row: dict[str, Any]) -> Stored:
    db.session.execute(insert(LocalPost).values(**row).on_conflict_do_nothing(index_elements=["key"]))
    return _as_stored(db.session.scalars(sa.select(LocalPost).where(LocalPost.key == row["key"])).one())


def _find(key: str) -> Stored | None:
    found = db.session.scalars(sa.select(LocalPost).where(LocalPost.key == key, LocalPost.removed_at.is_(None))).first()
    return _as_stored(found) if found else None


def _remove(key: str) -> bool:
    result: Any = db.session.execute(
        sa.update(LocalPost).where(LocalPost.key == key, LocalPost.removed_at.is_(None)).values(removed_at=app_now())
    )
    return bool(result.rowcount)


def _as_stored(post: LocalPost) -> Stored:
    return Stored(id=str(post.id), key=post.key, url=post.path, published_at=post.published_at)
