"""A receiver of Standard Webhooks: counts what it got, checks the signature when it knows the secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from tests.fakes.wire import Answer, Create, Request, Result

if TYPE_CHECKING:
    from tests.fakes.server import World


def route(request: Request) -> tuple[str, Any] | None:
    return ("create", receive) if request.path.startswith("/hook/") and request.method == "POST" else None


def receive(world: World, request: Request) -> Result:
    """401 for a wrong signature; a repeated id is answered but not stored again, unless told to ignore ids."""
    secret = world.settings.get("webhook_secret")
    if secret and not signed(request, secret):
        return Answer(401, {"error": "signature"})
    key = request.headers.get("webhook-id", "")
    payload = json.loads(request.body)
    text = str(payload.get("data", {}).get("text", ""))

    def store() -> Answer:
        with world.lock:
            known = [p for p in world.posts if p["key"] == key and p["platform"] == "webhook"]
            if known and not world.settings.get("ignore_idempotency"):
                return Answer(200, {"id": known[0]["id"]})
            post_id = f"wh-{world.next_number()}"
            account = request.path.removeprefix("/hook/")
            world.posts.append(
                {
                    "platform": "webhook", "id": post_id, "account": account, "text": text, "key": key, "media": [],
                    "created_at": world.now().isoformat(), "request_id": request.headers.get("x-request-id", ""),
                    "payload": payload,
                }
            )  # fmt: skip
        return Answer(200, {"id": post_id})

    return Create(store, text, key)


def signed(request: Request, secret: str) -> bool:
    """Standard Webhooks v1: HMAC-SHA256 over id.timestamp.body. Source: standard-webhooks.com, spec."""
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{request.headers.get('webhook-id')}.{request.headers.get('webhook-timestamp')}.".encode()
    expected = "v1," + base64.b64encode(hmac.new(raw, head + request.body, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in request.headers.get("webhook-signature", "").split())
