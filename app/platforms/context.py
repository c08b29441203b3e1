"""The ports a connector is given. Protocols only: `app.delivery` fills them in, tests fill them with fakes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.outbound.exchange import Exchange
from app.platforms.post import Media, Post, UnsealedAccount


class HttpPort(Protocol):
    """`call` for what may be repeated, `create` for the one call that may not. Neither raises for network trouble."""

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        json: Any = None,
        content: bytes | None = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        timeout: float | None = None,
        follow: bool = True,
    ) -> Exchange: ...

    def create(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        json: Any = None,
        content: bytes | None = None,
        data: Mapping[str, str] | None = None,
    ) -> Exchange: ...


class FilesPort(Protocol):
    """Content-addressed bytes."""

    def read(self, sha256: str) -> bytes: ...


@dataclass(frozen=True)
class Stored:
    """One post on our own pages."""

    id: str
    key: str
    url: str
    published_at: datetime


class StorePort(Protocol):
    """Where `site` and `sandbox` put their posts. Errors: StoreFailed(reached=…).

    `create` calls the engine's commit statement first (as `http.create` does), then inserts `key` in a transaction
    of its own; a key that exists already is answered with the row that is there. `keep=False` does all of it but the
    insert (a sandbox that refuses has been asked all the same) and answers a row with an empty id.
    """

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
    ) -> Stored: ...

    def find(self, key: str) -> Stored | None: ...

    def delete(self, key: str) -> bool: ...


class SessionsPort(Protocol):
    """Session tokens shared by all workers, sealed by `app.accounts`. `lock` makes a refresh single-flight over processes.

    `get` returns what the last `put` stored (tokens and plain facts, all text) or None. `lock` waits at most some
    20 s, then enters anyway; it holds no transaction.
    """

    def get(self, account: UnsealedAccount) -> Mapping[str, str] | None: ...

    def put(self, account: UnsealedAccount, session: Mapping[str, str]) -> None: ...

    def lock(self, account: UnsealedAccount) -> AbstractContextManager[None]: ...


class Clock(Protocol):
    """The database's time: a worker's own clock may be off, and `since` of `find` is the database's."""

    def now(self) -> datetime: ...


class Anchored:
    """A `Clock` that was right at `moment` and has run evenly since, whatever the machine's clock does."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._moment + timedelta(seconds=time.monotonic() - self._began)


@dataclass(frozen=True)
class KnownPost:
    """A post that this account surely has, as it was sent; `published_at` is the database's time."""

    post_id: str
    post: Post
    published_at: datetime


@dataclass(frozen=True)
class OtherPosts:
    """What the desk knows of the account beside the post that is looked for. Plain values for `find`.

    `known`: the account's last posts, newest first: a listing that does not show them proves no absence.
    `rivals`: posts of other open records; not `every_rival`: there are more of them, or the words of one are lost, so that any
    post may be another's. `taken`: ids that belong to other records. `until`: when the attempt was surely over; None: nobody
    knows when it was made (a restored backup).
    """

    known: tuple[KnownPost, ...] = ()
    rivals: tuple[Post, ...] = ()
    every_rival: bool = True
    taken: frozenset[str] = frozenset()
    until: datetime | None = None


@dataclass(frozen=True)
class Context:
    """Everything a connector may touch."""

    http: HttpPort
    files: FilesPort
    store: StorePort
    sessions: SessionsPort
    clock: Clock
    other_posts: OtherPosts = field(default_factory=OtherPosts)
