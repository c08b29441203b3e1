"""How to make the smallest publication of each connector that speaks HTTP, for the matrix of verdicts and the garbage.

Out: from the root of a loopback server an account, a post, and the body of a good answer. A connector gets them from its SPEC
and the first yes of its recorded answers (`from_spec`); MAKERS holds those that need more. `special` holds the rows in which its
own table or nature says otherwise; `counts` whether the connector reads how many calls are left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.platforms import bluesky_session
from app.platforms.base import Connector, Context, Post, UnsealedAccount
from app.platforms.rates import no_windows

RECORDED = Path(__file__).parent / "recorded"


@dataclass(frozen=True)
class Made:
    account: UnsealedAccount
    good: Mapping[str, Any]
    post: Post = field(default_factory=lambda: Post("hello"))
    special: Mapping[str, tuple[str, str | None, bool, str]] = field(default_factory=dict)
    counts: bool = True


def mastodon(ctx: Context, root: str) -> Made:
    account = UnsealedAccount(
        "mastodon", "d", configuration={"instance": root}, secrets={"access_token": "t-desk"}, key="m"
    )
    firewall = ("no", "platform_error", True, "")
    special = {"403 empty": firewall, "404 empty": firewall, "403 page": firewall, "404 page": firewall}
    special |= {"403 error": ("no", "auth_failed", True, "down")}
    return Made(account, {"id": "7", "account": {"id": "1"}, "url": "https://x.test/7"}, special=special)


def bluesky(ctx: Context, root: str) -> Made:
    settings = {"service": root, "identifier": "d.test"}
    account = UnsealedAccount("bluesky", "d", configuration=settings, secrets={"app_password": "good"}, key="b")
    session = {"access": "a", "refresh": "r", "did": "did:plc:x", "handle": "d.test", "pds": root}
    made_for = bluesky_session._credentials_hash(account)
    ctx.sessions.put(account, {**session, "for": made_for, "at": ctx.clock.now().isoformat()})
    return Made(account, {"uri": "at://did:plc:x/app.bsky.feed.post/k", "cid": "c"})


def webhook(ctx: Context, root: str) -> Made:
    account = UnsealedAccount(
        "webhook", "d", configuration={"url": f"{root}/hook"}, secrets={"secret": "whsec_" + "A" * 32}
    )
    # A receiver names an id or not: a 2xx that is no error is its yes, and the key it acknowledged is the id.
    yes, address = ("yes", None, False, ""), ("no", "invalid_parameters", True, "")
    rows = ("empty", "object", "page", "array", "cut JSON")
    special = {f"200 {row}": yes for row in rows} | {"204 empty": yes}
    special |= {f"{status} {row}": address for status in (404, 405) for row in ("empty", "page", "error")}
    special |= {f"410 {row}": ("no", "invalid_parameters", True, "down") for row in ("empty", "page", "error")}
    return Made(account, {"id": "wh-1"}, special=special)


def from_spec(connector: Connector, root: str, folder: Path = RECORDED) -> Made:
    """Every `url` setting is the loopback server, every other one its default, every secret a text. Raises AssertionError when
    no good answer is recorded."""
    spec, name = connector.spec, f"recorded/{connector.spec.slug}.json"
    settings = {one.name: root if one.kind == "url" else one.default or "desk" for one in spec.configuration}
    secrets = {one.name: "t-desk" for one in spec.secrets}
    path = folder / f"{spec.slug}.json"
    cases = json.loads(path.read_text("utf-8")) if path.exists() else []
    good = next((case["body"] for case in cases if case["outcome"] == "yes"), None)
    assert good, f"tests/unit/platforms/{name}: record how the platform says yes, with the id of the post"
    counts = connector.module.TABLE.windows is not no_windows
    return Made(UnsealedAccount(spec.slug, "d", configuration=settings, secrets=secrets, key="a"), good, counts=counts)


def made_by(connector: Connector, ctx: Context, root: str) -> Made:
    """What a connector needs to post to the server at `root`."""
    maker = MAKERS.get(connector.spec.slug)
    return maker(ctx, root) if maker else from_spec(connector, root)


MAKERS: dict[str, Callable[[Context, str], Made]] = {"mastodon": mastodon, "bluesky": bluesky, "webhook": webhook}
