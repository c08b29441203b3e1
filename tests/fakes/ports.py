"""The ports of a connector's `Context`, in memory, for tests without a database."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.outbound.guard import Guard
from app.outbound.http import Http
from app.platforms import registry
from app.platforms.base import Context, KnownPost, Media, Post, Stored, StoreFailed, UnsealedAccount


class Files:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, content: bytes, mime: str = "image/png", alt: str = "", **facts: Any) -> Media:
        """Keep the bytes and answer the medium that names them."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.kept[sha256] = content
        return Media(sha256, mime, len(content), alt=alt, **facts)

    def read(self, sha256: str) -> bytes:
        try:
            return self.kept[sha256]
        except KeyError:
            raise FileNotFoundError(sha256) from None


class Store:
    """`fail` = "before" or "after": the database is away before or after the insert."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.fail = ""
        self.calls = 0

    def create(self, key: str, *, keep: bool = True, media: Sequence[Media] = (), **values: Any) -> Stored:
        self.calls += 1
        if self.fail == "before":
            raise StoreFailed("no connection", reached=False)
        if keep:
            self.rows.setdefault(key, {**values, "media": tuple(media)})
        if self.fail == "after":
            raise StoreFailed("connection lost", reached=True)
        return self._stored(key if keep else "")

    def find(self, key: str) -> Stored | None:
        return self._stored(key) if key in self.rows else None

    def delete(self, key: str) -> bool:
        return self.rows.pop(key, None) is not None

    def _stored(self, key: str) -> Stored:
        return Stored(key, key, f"/site/{key}" if key else "", datetime(2026, 11, 20, tzinfo=UTC))


class Sessions:
    """Shared by "workers" of a test: one object, a real lock."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, str]] = {}
        self._lock = threading.RLock()

    def get(self, account: UnsealedAccount) -> Mapping[str, str] | None:
        return self.kept.get(account.key)

    def put(self, account: UnsealedAccount, session: Mapping[str, str]) -> None:
        self.kept[account.key] = dict(session)

    @contextmanager
    def lock(self, account: UnsealedAccount) -> Iterator[None]:
        with self._lock:
            yield


class Clock:
    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class NoHttp:
    """For connectors that must not call anybody."""

    def call(self, *args: Any, **values: Any) -> Any:
        raise AssertionError("an outbound call")

    create = call


class Recorder:
    """An `Http` per call, as the engine makes one per delivery, and a list of what was sent."""

    def __init__(self, **options: Any) -> None:
        self.options: dict[str, Any] = {"guard": Guard(["127.0.0.0/8"]), "deadline": 5.0, **options}
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.creates = 0

    def call(self, method: str, url: str, **values: Any) -> Any:
        self.calls.append((method, url, values))
        return Http(**self.options).call(method, url, **values)

    def create(self, method: str, url: str, **values: Any) -> Any:
        self.creates += 1
        self.calls.append((method, url, values))
        return Http(**self.options).create(method, url, **values)


def context(http: Any = None) -> Context:
    """A context of fresh ports; loopback may be called."""
    return Context(http=http or Recorder(), files=Files(), store=Store(), sessions=Sessions(), clock=Clock())


def knowing(ctx: Context, account: UnsealedAccount, *posts: Post, **more: Any) -> Context:
    """The same context beside posts that have gone out before, which the desk knows; the last one stands first."""
    connector = registry.get(account.slug)
    known = list(ctx.other_posts.known)
    for post in posts:
        verdict = connector.publish(ctx, account, post, f"known-{post.text}", connector.prepare(ctx, account, post))
        assert verdict.post_id, verdict
        known.insert(0, KnownPost(verdict.post_id, post, ctx.clock.now()))
    return replace(ctx, other_posts=replace(ctx.other_posts, known=tuple(known), **more))
