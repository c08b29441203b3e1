"""The ports a connector is given. Protocols only: the house above fills them in, tests fill them with fakes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.outbound.exchange import Exchange
from app.platforms.post import Account, Media


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
    """Session tokens shared by all workers, sealed by the vault. `lock` makes a refresh single-flight over processes.

    `get` returns what the last `put` stored (tokens and plain facts, all text) or None. `lock` waits at most some
    20 s, then enters anyway; it holds no transaction.
    """

    def get(self, account: Account) -> Mapping[str, str] | None: ...

    def put(self, account: Account, session: Mapping[str, str]) -> None: ...

    def lock(self, account: Account) -> AbstractContextManager[None]: ...


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
class Context:
    """Everything a connector may touch."""

    http: HttpPort
    files: FilesPort
    store: StorePort
    sessions: SessionsPort
    clock: Clock
