"""The servers a corpus is sent to: how a post goes there through its connector, and how it is read back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

from app.platforms import registry
from app.platforms.base import Context, Post, UnsealedAccount
from app.platforms.text_match import plain
from tests.fakes.client import Fake
from tests.fakes.ports import Recorder, context
from tests.peers.compare import Stored
from tests.peers.pds import LOOPBACK, Pds


class Target(Protocol):
    name: str
    slug: str
    ctx: Context
    account: UnsealedAccount

    def read_back(self, post_id: str) -> Stored: ...


class Bluesky:
    """Reads the record and every blob from the PDS."""

    slug = "bluesky"

    def __init__(self, pds: Pds) -> None:
        self.name = "Bluesky PDS"
        self.pds = pds
        self.ctx = context(Recorder(guard=LOOPBACK))
        self.account = pds.account("desk")

    def read_back(self, post_id: str) -> Stored:
        repo, collection, key = post_id.removeprefix("at://").split("/")
        asked = {"repo": repo, "collection": collection, "rkey": key}
        record = self.pds.call("GET", "com.atproto.repo.getRecord", params=asked)["value"]
        images = (record.get("embed") or {}).get("images", [])
        sha256s = tuple(self._blob(repo, image["image"]["ref"]["$link"]) for image in images)
        langs = record.get("langs") or [""]
        alts = tuple(image["alt"] for image in images)
        return Stored(record["text"], alts, sha256s, langs[0], marks(record["text"], record.get("facets", [])))

    def _blob(self, did: str, cid: str) -> str:
        exchange = Recorder(guard=LOOPBACK).call(
            "GET", f"{self.pds.url}/xrpc/com.atproto.sync.getBlob", params={"did": did, "cid": cid}
        )
        return hashlib.sha256(exchange.body).hexdigest()


def marks(text: str, facets: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """What a reader's app would mark, cut out by the stored byte offsets."""
    raw = text.encode()
    pieces = [raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode() for f in facets]
    return tuple(f"{f['features'][0]['$type'].partition('#')[2]}:{p}" for f, p in zip(facets, pieces, strict=True))


class Mastodon:
    """Reads the status as a client does: HTML and media descriptions by the API, bytes from the server's own count."""

    slug = "mastodon"

    def __init__(self, fake: Fake, dialect: str) -> None:
        self.name = f"Mastodon API ({dialect})"
        self.fake, self.dialect = fake, dialect
        fake.settings(dialect=dialect, media_async=1)
        self.ctx = context()
        self.account = UnsealedAccount(
            "mastodon",
            "desk",
            configuration={"instance": fake.url},
            secrets={"access_token": f"t-{dialect}"},
            key=dialect,
        )

    def read_back(self, post_id: str) -> Stored:
        url = f"{self.fake.url}/api/v1/statuses/{post_id}"
        headers = {"Authorization": f"Bearer t-{self.dialect}"}
        status = self.ctx.http.call("GET", url, headers=headers).object()
        alts = tuple(medium["description"] or "" for medium in status["media_attachments"])
        kept = next(post for post in self.fake.posts() if post["id"] == post_id)
        own = status.get("pleroma", {}).get("content", {}).get("text/plain")
        return Stored(
            plain(status["content"]) if own is None else own,
            alts,
            tuple(m["sha256"] for m in kept["media"]),
            status["language"],
        )


def send(target: Target, post: Post) -> tuple[str, str]:
    """(post id, how `find` recognises it afterwards) through the connector, as a delivery does it."""
    connector = registry.get(target.slug)
    since = target.ctx.clock.now()
    key = connector.client_key(post, since)
    prepared = connector.prepare(target.ctx, target.account, post)
    verdict = connector.publish(target.ctx, target.account, post, key, prepared)
    if verdict.outcome != "yes":
        raise RuntimeError(f"{target.name}: {verdict.outcome} {verdict.error_type} {verdict.message}")
    look = connector.find(target.ctx, target.account, post, key, since)
    found = getattr(look, "post_id", "")
    return verdict.post_id, getattr(look, "matched_by", "") if found == verdict.post_id else f"not found: {look}"
