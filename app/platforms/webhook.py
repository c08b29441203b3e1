"""Any receiver of webhooks, signed as Standard Webhooks wants it (https://www.standardwebhooks.com, spec v1).

The post's id is our key, sent as `webhook-id`; a receiver that answers 2xx with {"id", "url"} names its own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.platforms.addresses import host_of
from app.platforms.base import (
    CannotTell,
    Check,
    ConfigField,
    Context,
    Exchange,
    Limits,
    Platform,
    Post,
    Refused,
    SecretField,
    UnsealedAccount,
    Verdict,
    Verified,
)
from app.platforms.blame import ADDRESS
from app.platforms.error_words import says_no, words_of
from app.platforms.errors import INVALID_PARAMETERS
from app.platforms.rates import windows
from app.platforms.verdict import ErrorBody, Rule, Table, cannot_tell, judge, judge_check

SPEC = Platform(
    slug="webhook",
    name="Webhook",
    icon="webhook",
    credential_type="api_key",
    secrets=(
        SecretField("secret", "Signing secret", help="Begins with whsec_.", pattern=r"whsec_[A-Za-z0-9+/=]{24,}"),
    ),
    configuration=(ConfigField("url", "Address", kind="url", required=True, help="Gets one POST per publication."),),
    limits=Limits(text=100_000, title_max=500, media_max=20, alt_max=5000),
    can=frozenset({"publish", "verify"}),
    supports=frozenset({"title", "text", "markdown", "images", "alt", "link", "language"}),
    resend_safety="none",
    min_gap=timedelta(0),
    caveats=(
        "A receiver cannot be asked what it got: when no answer comes, a person has to say.",
        "Pictures are sent as descriptions (SHA-256, type, size, alt text), not as bytes.",
    ),
)

# 410 asks senders to stop for good (Standard Webhooks, "Best practices for senders").
# 404 and 405: there is no receiver at the address; no word of the post could mend that.
RULES = (
    Rule(
        INVALID_PARAMETERS,
        status=410,
        account="down",
        blame=ADDRESS,
        source="https://www.standardwebhooks.com, 410 Gone",
    ),
    Rule(INVALID_PARAMETERS, status=404, blame=ADDRESS, source="RFC 9110, 404: nothing is found at the address"),
    Rule(INVALID_PARAMETERS, status=405, blame=ADDRESS, source="RFC 9110, 405: what is there takes no POST"),
)


def publish(ctx: Context, account: UnsealedAccount, post: Post, key: str, prepared: Mapping[str, Any]) -> Verdict:
    """One signed POST."""
    now = ctx.clock.now()
    content = json.dumps(payload(account, post, key, now), ensure_ascii=False, separators=(",", ":")).encode()
    try:
        signed = signature(account.secrets.get("secret", ""), key, int(now.timestamp()), content)
    except ValueError as error:
        text = f"The signing secret cannot be used: {error}"
        return Verdict("no", error_type=INVALID_PARAMETERS, final=True, message=text, matched_by="check:secret")
    headers = {
        "content-type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signed,
    }
    return judge(ctx.http.create("POST", account.setting("url"), headers=headers, content=content), table(key))


def payload(account: UnsealedAccount, post: Post, key: str, now: datetime) -> dict[str, Any]:
    """`type`, `timestamp` and `data`, as the specification recommends."""
    media = [
        {"sha256": m.sha256, "mime": m.mime, "size": m.size, "width": m.width, "height": m.height, "alt": m.alt}
        for m in post.media
    ]
    data = {"id": key, "account": account.name, "title": post.title, "text": post.text, "link": post.link}
    data |= {"language": post.language, "disclosure": post.disclosure, "slug": post.slug}
    return {
        "type": "post.published",
        "timestamp": now.isoformat(timespec="seconds"),
        "data": {**data, "parts": list(post.parts), "media": media, "options": dict(post.options)},
    }


def signature(secret: str, key: str, timestamp: int, content: bytes) -> str:
    """`v1,<base64 of HMAC-SHA256 over id.timestamp.body>`. ValueError when the secret is not whsec_ + base64."""
    if not secret.startswith("whsec_"):
        raise ValueError("it does not begin with whsec_")
    try:
        raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError("what follows whsec_ is not base64") from None
    if len(raw) < 16:
        raise ValueError("it is too short")
    digest = hmac.new(raw, f"{key}.{timestamp}.".encode() + content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")


def table(key: str) -> Table:
    """A 2xx is the receiver's yes; the id is the receiver's own when it names one, else the key it acknowledged."""

    def post_address(exchange: Exchange) -> tuple[str, str]:
        body = exchange.object()
        if says_no(exchange):
            return "", ""
        number = body.get("id")
        url = body.get("url")
        return (str(number) if isinstance(number, str | int) else key), (url if isinstance(url, str) else "")

    return Table(rules=RULES, error_body=error_body, post_address=post_address, windows=windows("ratelimit", "webhook"))


def error_body(exchange: Exchange) -> ErrorBody:
    """The receiver's own words; those of an answer that took the post are no error's."""
    return ErrorBody() if exchange.ok and not says_no(exchange) else ErrorBody(message=words_of(exchange))


def verify(ctx: Context, account: UnsealedAccount) -> Check:
    """The secret has the right shape and something answers at the address; nothing is posted.

    Many receivers know POST alone and say 404, 405 or 501 to a HEAD: that is no word on whether they take a post.
    """
    try:
        signature(account.secrets.get("secret", ""), "check", 0, b"")
    except ValueError as error:
        return Refused(f"The signing secret cannot be used: {error}.", error_type=INVALID_PARAMETERS, field="secret")
    exchange = ctx.http.call("HEAD", account.setting("url"))
    if exchange.error in ("blocked", "bad_request"):
        return Refused(exchange.detail, error_type=INVALID_PARAMETERS, field="url")
    if exchange.error:
        return cannot_tell(exchange, Table())
    if exchange.status == 410:
        found = judge_check(exchange, Table(rules=RULES, error_body=error_body))
        return replace(found, field="url") if isinstance(found, Refused) else found
    if exchange.status is not None and exchange.status >= 500 and exchange.status != 501:
        return CannotTell(f"The receiver answered with an error (HTTP {exchange.status}).")
    return Verified(account_id=account.setting("url"), name=account.name)


def host(configuration: Mapping[str, Any]) -> str:
    return host_of(str(configuration.get("url", "")))
