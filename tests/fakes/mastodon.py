"""The Mastodon API as far as a publisher uses it, in four dialects.

Source of shapes: https://docs.joinmastodon.org/methods/ (statuses, media, instance, accounts).
Dialects: pleroma knows no /api/v2/instance and ignores Idempotency-Key; gotosocial has ULID-like ids and answers
media at once; pixelfed wants media with every status.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from tests.fakes import hostile, rendering
from tests.fakes.mastodon_instance import instance_v1, instance_v2, text_limit
from tests.fakes.wire import Answer, Create, Request, Result

if TYPE_CHECKING:
    from tests.fakes.server import World

Person = dict[str, Any]


def route(request: Request) -> tuple[str, Any] | None:
    path, method = request.path, request.method
    if not path.startswith("/api/v"):
        return None
    for kind, verb, pattern, handler in ROUTES:
        if method == verb and re.fullmatch(pattern, path):
            return kind, handler
    return "read", lambda world, request: Answer(404, {"error": "Record not found"})


def who(world: World, request: Request) -> Person | None:
    """The account of the bearer token."""
    token = request.bearer
    if not token or token.startswith("bad") or token in world.settings.get("revoked", []):
        return None
    name = re.sub(r"\W", "_", token.removeprefix("t-"))
    number = str(100_000 + int(hashlib.sha256(name.encode()).hexdigest()[:8], 16))
    return {
        "id": number, "username": name, "acct": name, "display_name": name.title(), "locked": False, "bot": False,
        "url": f"{world.url}/@{name}", "created_at": "2026-01-01T00:00:00.000Z", "note": "", "avatar": "",
        "statuses_count": 0, "followers_count": 0, "following_count": 0, "fields": [], "emojis": [],
    }  # fmt: skip


def unauthorized() -> Answer:
    return Answer(401, {"error": "The access token is invalid"})


def rate_headers(world: World) -> dict[str, str]:
    resets = world.now().strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    return {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299", "X-RateLimit-Reset": resets}


def verify(world: World, request: Request) -> Result:
    person = who(world, request)
    return Answer(200, {**person, "source": {"privacy": "public"}}) if person else unauthorized()


def application(world: World, request: Request) -> Result:
    """The token's application; only Mastodon names its scopes."""
    if who(world, request) is None:
        return unauthorized()
    scopes = world.settings.get("scopes", ["read", "write"]) if world.settings["dialect"] == "mastodon" else None
    return Answer(200, {"name": "Pressroom", "website": None, **({"scopes": scopes} if scopes else {})})


def upload(world: World, request: Request) -> Result:
    """202 with a null url while it is being worked on (setting `media_async`: that many polls), else 200."""
    if who(world, request) is None:
        return unauthorized()
    parts = request.multipart()
    if "file" not in parts:
        return Answer(422, {"error": "Validation failed: File can't be blank"})
    _, content, mime = parts["file"]
    if not content or mime.partition("/")[0] not in ("image", "video"):
        return Answer(422, {"error": "Validation failed: File content type is invalid"})
    alt = parts.get("description", ("", b"", ""))[1].decode().strip()
    if len(alt) > 1500:
        return Answer(422, {"error": "Validation failed: Description is too long (maximum is 1500 characters)"})
    number = str(world.next_number())
    pending = int(world.settings.get("media_async", 0))
    sha256 = hashlib.sha256(content).hexdigest()
    size = world.settings.get("sizes", {}).get(sha256)
    world.media[number] = {
        "id": number,
        "meta": {"original": {"width": size[0], "height": size[1]}} if size else {},
        "type": "image",
        "description": alt or None,
        "sha256": sha256,
        "pending": pending,
    }
    return Answer(202 if pending else 200, _media(world, number))


def media_state(world: World, request: Request) -> Result:
    if who(world, request) is None:
        return unauthorized()
    found = world.media.get(request.path.rpartition("/")[2])
    if found is None:
        return Answer(404, {"error": "Record not found"})
    found["pending"] = max(0, found["pending"] - 1)
    return Answer(206 if found["pending"] else 200, _media(world, found["id"]))


def _media(world: World, number: str) -> dict[str, Any]:
    found = world.media[number]
    url = None if found["pending"] else f"{world.url}/media/{number}.png"
    return {
        "id": number,
        "type": "image",
        "url": url,
        "preview_url": url,
        "description": found["description"],
        "meta": found.get("meta", {}),
    }


def create(world: World, request: Request) -> Result:
    person = who(world, request)
    if person is None:
        return unauthorized()
    values = request.fields()
    text, spoiler = str(values.get("status", "")).strip(), str(values.get("spoiler_text", "")).strip()
    ids = [str(one) for one in values.get("media_ids", [])]
    problem = _invalid(world, text, spoiler, ids)
    if problem and world.settings["dialect"] == "gotosocial":
        return Answer(400, {"error": f"Bad Request: {problem}"})
    if problem:
        return Answer(422, {"error": f"Validation failed: {problem}"})
    key = request.headers.get("idempotency-key", "")

    def store() -> Answer:
        with world.lock:
            honoured = not world.settings.get("ignore_idempotency") and world.settings["dialect"] == "mastodon"
            for post in world.posts:
                if honoured and key and post["key"] == key and post["account"] == person["username"]:
                    return Answer(200, status(world, post), rate_headers(world))
            post = {
                "platform": "mastodon", "id": _new_id(world), "account": person["username"], "person": person,
                "text": text, "spoiler": spoiler, "key": key, "request_id": request.headers.get("x-request-id", ""),
                "media": [{"id": i, "sha256": world.media[i]["sha256"], "alt": world.media[i]["description"] or ""} for i in ids],
                "created_at": world.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
                "language": values.get("language"), "visibility": values.get("visibility", "public"),
                "sensitive": bool(values.get("sensitive")), "content_type": values.get("content_type"),
            }  # fmt: skip
            world.posts.append(hostile.stored(world, post))
        return Answer(200, status(world, post), rate_headers(world))

    return Create(store, text, key)


def _new_id(world: World) -> str:
    number = world.next_number()
    return f"01K{number:023d}" if world.settings["dialect"] == "gotosocial" else str(115_000_000_000_000_000 + number)


def _invalid(world: World, text: str, spoiler: str, ids: list[str]) -> str:
    limit = text_limit(world)
    if not text and not ids:
        return "Text can't be blank"
    if rendering.length(text, spoiler, dialect=world.settings["dialect"]) > limit:
        return f"Text character limit of {limit} exceeded"
    if len(ids) > 4:
        return "Cannot attach more than 4 files"
    if any(one not in world.media for one in ids):
        return "Media could not be found"
    if any(world.media[one]["pending"] for one in ids):
        return "Cannot attach files that have not finished processing. Try again in a moment!"
    if world.settings["dialect"] == "pixelfed" and not ids:
        return "The media ids field is required."
    return ""


def status(world: World, post: dict[str, Any]) -> dict[str, Any]:
    dialect = world.settings["dialect"]
    media = [_media(world, one["id"]) for one in post["media"]]
    shown = {
        "id": post["id"], "created_at": post["created_at"], "in_reply_to_id": None, "sensitive": post["sensitive"],
        "spoiler_text": post["spoiler"], "visibility": post["visibility"], "language": post["language"],
        "uri": f"{world.url}/users/{post['account']}/statuses/{post['id']}", "url": f"{world.url}/@{post['account']}/{post['id']}",
        "replies_count": 0, "reblogs_count": 0, "favourites_count": 0, "reblog": None, "account": post["person"],
        "content": rendering.content(post["text"], world.url, dialect), "media_attachments": media,
        "mentions": [], "tags": [], "emojis": [], "card": None, "poll": None,
    }  # fmt: skip
    if dialect == "pleroma":
        shown["pleroma"] = {"content": {"text/plain": post["text"]}, "local": True}
    else:
        shown |= {"quotes_count": 0, "application": {"name": "Pressroom", "website": None}}
    return hostile.shown(world, shown, post)


def listing(world: World, request: Request) -> Result:
    if who(world, request) is None:
        return unauthorized()
    number = request.path.split("/")[4]
    posts = [p for p in reversed(world.posts) if p["platform"] == "mastodon" and p["person"]["id"] == number]
    posts = hostile.listed(world, posts)
    below = request.one("max_id")
    if below:
        posts = [p for p in posts if p["id"] < below]
    page = [status(world, p) for p in posts[: min(40, int(request.one("limit", "20")))]]
    age = world.settings.get("old_copy")
    headers = rate_headers(world) | ({"Age": str(age)} if age else {})
    return Answer(200, hostile.paged(world, page, number), headers)


def source(world: World, request: Request) -> Result:
    """The text as it was written, where the server has this look."""
    person, number = who(world, request), request.path.split("/")[4]
    post = next((p for p in world.posts if p["platform"] == "mastodon" and p["id"] == number), None)
    if person is None or post is None or not world.settings.get("says_source"):
        return Answer(404, {"error": "Record not found"})
    return Answer(200, {"id": number, "text": post["text"], "spoiler_text": post["spoiler"]})


def one(world: World, request: Request) -> Result:
    """GET reads; DELETE answers the status with its text, as Mastodon does for "delete and redraft"."""
    person = who(world, request)
    if person is None:
        return unauthorized()
    number = request.path.split("/")[4]
    post = next((p for p in world.posts if p["platform"] == "mastodon" and p["id"] == number), None)
    if post is None or (request.method == "DELETE" and post["account"] != person["username"]):
        return Answer(404, {"error": "Record not found"})
    if request.method == "DELETE":
        world.posts.remove(post)
        return Answer(200, {**status(world, post), "text": post["text"]})
    return Answer(200, status(world, post))


ROUTES = (
    ("read", "GET", r"/api/v2/instance", instance_v2),
    ("read", "GET", r"/api/v1/instance", instance_v1),
    ("read", "GET", r"/api/v1/accounts/verify_credentials", verify),
    ("read", "GET", r"/api/v1/apps/verify_credentials", application),
    ("read", "GET", r"/api/v1/accounts/[^/]+/statuses", listing),
    ("media", "POST", r"/api/v[12]/media", upload),
    ("read", "GET", r"/api/v1/media/[^/]+", media_state),
    ("create", "POST", r"/api/v1/statuses", create),
    ("read", "GET", r"/api/v1/statuses/[^/]+/source", source),
    ("read", "GET", r"/api/v1/statuses/[^/]+", one),
    ("delete", "DELETE", r"/api/v1/statuses/[^/]+", one),
)
