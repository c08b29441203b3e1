"""A PDS as far as a publisher uses it, with sessions that expire and refresh tokens that work once.

Shapes and error names read in @atproto/pds 0.5 (api/com/atproto/…, auth-verifier.js): a create under a record key that
is taken ends as 500 InternalServerError there (the tree refuses), so it does here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import regex

from tests.fakes.wire import Answer, Create, Request, Result

if TYPE_CHECKING:
    from tests.fakes.server import World

PREFIX = "/xrpc/"


def route(request: Request) -> tuple[str, Any] | None:
    if not request.path.startswith(PREFIX):
        return None
    name = request.path.removeprefix(PREFIX)
    return ROUTES.get(
        name, ("read", lambda world, request: error(501, "MethodNotImplemented", "Method Not Implemented"))
    )


def error(status: int, name: str, message: str) -> Answer:
    return Answer(status, {"error": name, "message": message})


def did_of(identifier: str) -> str:
    plain = identifier.removeprefix("@").lower()
    if plain.startswith("did:"):
        return plain
    digest = hashlib.sha256(plain.encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def session(world: World, identifier: str) -> Answer:
    with world.lock:
        number = world.next_number()
        access, refresh = (f"{kind}-{number}-{secrets.token_hex(12)}" for kind in ("access", "refresh"))
        ends = world.now() + timedelta(seconds=float(world.settings.get("access_seconds", 7200)))
        handle = identifier if "." in identifier else "desk.test"
        entry = {
            "did": did_of(identifier),
            "handle": handle,
            "ends": ends.isoformat(),
            "refresh": refresh,
            "used": False,
        }
        world.sessions[access] = entry
    body = {"accessJwt": access, "refreshJwt": refresh, "did": entry["did"], "handle": handle, "active": True}
    body["didDoc"] = {"id": entry["did"], "service": [_service(world)]}
    return Answer(200, body)


def _service(world: World) -> dict[str, str]:
    return {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": world.url}


def sign_in(world: World, request: Request) -> Result:
    values = request.fields()
    if values.get("password") in ("wrong", None, ""):
        return error(401, "AuthenticationRequired", "Invalid identifier or password")
    return session(world, str(values["identifier"]))


def refresh(world: World, request: Request) -> Result:
    with world.lock:
        found = next((one for one in world.sessions.values() if one["refresh"] == request.bearer), None)
        if found is None or found["used"] or world.settings.get("revoked"):
            return error(400, "ExpiredToken", "Token has been revoked")
        found["used"] = True
    return session(world, found["handle"])


def who(world: World, request: Request) -> dict[str, Any] | Answer:
    if not request.bearer:
        return error(401, "AuthMissing", "Authentication Required")
    found = world.sessions.get(request.bearer)
    if found is None:
        return error(400, "InvalidToken", "Token could not be verified")
    if found["ends"] < world.now().isoformat():
        return error(400, "ExpiredToken", "Token has expired")
    return found


def own_session(world: World, request: Request) -> Result:
    me = who(world, request)
    return me if isinstance(me, Answer) else Answer(200, {"did": me["did"], "handle": me["handle"], "active": True})


def upload(world: World, request: Request) -> Result:
    me = who(world, request)
    if isinstance(me, Answer):
        return me
    if len(request.body) > 5 * 1024 * 1024:
        return error(413, "PayloadTooLarge", "request entity too large")
    sha256 = hashlib.sha256(request.body).digest()
    link = "b" + base64.b32encode(b"\x01\x55\x12\x20" + sha256).decode().lower().rstrip("=")
    world.media[link] = {"sha256": sha256.hex(), "size": len(request.body)}
    kind = request.headers.get("content-type", "application/octet-stream")
    return Answer(200, {"blob": {"$type": "blob", "ref": {"$link": link}, "mimeType": kind, "size": len(request.body)}})


def create(world: World, request: Request) -> Result:
    me = who(world, request)
    if isinstance(me, Answer):
        return me
    values = request.fields()
    record, rkey = values.get("record", {}), str(values.get("rkey") or f"auto{world.next_number()}")
    if did_of(str(values.get("repo", ""))) != me["did"]:
        return error(401, "AuthenticationRequired", "Authentication Required")
    problem = _invalid(world, record)
    if problem:
        return error(400, "InvalidRequest", f"Invalid app.bsky.feed.post record: {problem}")
    uri = f"at://{me['did']}/{values['collection']}/{rkey}"
    cid = "bafyrei" + hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:52]

    def store() -> Answer:
        with world.lock:
            if any(post["uri"] == uri for post in world.posts if post["platform"] == "bluesky"):
                return error(500, "InternalServerError", "Internal Server Error")
            images = (record.get("embed") or {}).get("images", [])
            media = [{"sha256": world.media[i["image"]["ref"]["$link"]]["sha256"], "alt": i["alt"]} for i in images]
            world.posts.append(
                {
                    "platform": "bluesky", "id": uri, "uri": uri, "cid": cid, "account": me["handle"], "key": rkey,
                    "text": record["text"], "media": media, "record": record, "created_at": record["createdAt"],
                    "request_id": request.headers.get("x-request-id", ""),
                }
            )  # fmt: skip
        commit = {"cid": cid, "rev": rkey}
        return Answer(200, {"uri": uri, "cid": cid, "commit": commit, "validationStatus": "valid"}, _limits(world))

    return Create(store, str(record.get("text", "")), rkey)


def _limits(world: World) -> dict[str, str]:
    resets = int(world.now().timestamp()) + 3600
    head = {"ratelimit-limit": "5000", "ratelimit-remaining": "4997", "ratelimit-reset": str(resets)}
    return {**head, "ratelimit-policy": "5000;w=3600"}


def _invalid(world: World, record: dict[str, Any]) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        return "Record/text must be a string"
    if len(text.encode()) > 3000:
        return "Record/text must not be longer than 3000 characters"
    if len(regex.findall(r"\X", text)) > 300:
        return "Record/text must not be longer than 300 graphemes"
    for image in (record.get("embed") or {}).get("images", []):
        if image.get("image", {}).get("ref", {}).get("$link") not in world.media:
            return "Could not find blob"
        if not isinstance(image.get("alt"), str):
            return 'Record/embed/images/0 must have the property "alt"'
    return "" if "createdAt" in record else 'Record must have the property "createdAt"'


def read(world: World, request: Request) -> Result:
    uri = f"at://{did_of(request.one('repo'))}/{request.one('collection')}/{request.one('rkey')}"
    post = next((p for p in world.posts if p.get("uri") == uri), None)
    if post is None:
        return error(400, "RecordNotFound", f"Could not locate record: {uri}")
    return Answer(200, {"uri": uri, "cid": post["cid"], "value": post["record"]})


def listing(world: World, request: Request) -> Result:
    """By record key, newest first, `limit` of them from below the cursor (actor-store/record/reader.ts, listRecordsForCollection)."""
    prefix = f"at://{did_of(request.one('repo'))}/{request.one('collection')}/"
    below, limit = request.one("cursor"), int(request.one("limit") or 50)
    found = sorted(
        (p for p in world.posts if p.get("uri", "").startswith(prefix)), key=lambda p: p["key"], reverse=True
    )
    page = [p for p in found if not below or p["key"] < below][:limit]
    records = [{"uri": p["uri"], "cid": p["cid"], "value": p["record"]} for p in page]
    return Answer(200, {"records": records, **({"cursor": page[-1]["key"]} if page else {})})


def remove(world: World, request: Request) -> Result:
    me = who(world, request)
    if isinstance(me, Answer):
        return me
    values = request.fields()
    uri = f"at://{me['did']}/{values['collection']}/{values['rkey']}"
    world.posts[:] = [p for p in world.posts if p.get("uri") != uri]
    return Answer(200, {})


def resolve(world: World, request: Request) -> Result:
    handle = request.one("handle")
    if handle.startswith("nobody"):
        return error(400, "InvalidRequest", "Unable to resolve handle")
    return Answer(200, {"did": did_of(handle)})


def counts(world: World, request: Request) -> Result:
    asked = request.query.get("uris", [])
    found = [p for p in world.posts if p.get("uri") in asked]
    return Answer(200, {"posts": [{"uri": p["uri"], "cid": p["cid"], "likeCount": 3, "repostCount": 2, "replyCount": 1, "quoteCount": 0} for p in found]})  # fmt: skip


ROUTES = {
    "com.atproto.server.createSession": ("session", sign_in),
    "com.atproto.server.refreshSession": ("refresh", refresh),
    "com.atproto.server.getSession": ("read", own_session),
    "com.atproto.repo.uploadBlob": ("media", upload),
    "com.atproto.repo.createRecord": ("create", create),
    "com.atproto.repo.getRecord": ("read", read),
    "com.atproto.repo.listRecords": ("read", listing),
    "com.atproto.repo.deleteRecord": ("delete", remove),
    "com.atproto.identity.resolveHandle": ("read", resolve),
    "app.bsky.feed.getPosts": ("read", counts),
}
