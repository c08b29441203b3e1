"""The limits of an instance: read once at `verify`, kept in the account's configuration, turned into `Limits`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.platforms.base import Context, Exchange, Limits
from app.platforms.texts import graphemes, mastodon

# What Mastodon itself answers, for instances that say nothing. Source: GET /api/v2/instance of mastodon.social.
DEFAULTS = {
    "max_characters": 500,
    "characters_reserved_per_url": 23,
    "max_media_attachments": 4,
    "image_size_limit": 16_777_216,
    "image_matrix_limit": 33_177_600,
    "description_limit": 1500,
}
# Pleroma and its relatives say it at the top of the v1 answer.
FLAT = {
    "max_toot_chars": "max_characters",
    "max_media_attachments": "max_media_attachments",
    "upload_limit": "image_size_limit",
    "description_limit": "description_limit",
}
# Relatives that know `content_type`; Mastodon itself has plain text only.
OTHERS = ("compatible;", "gotosocial", "glitch")
MIMES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def limits(configuration: Mapping[str, Any]) -> Limits:
    """The limits kept in an account's configuration, Mastodon's own where there are none."""
    kept = configuration.get("limits")
    said: Mapping[str, Any] = kept if isinstance(kept, Mapping) else {}

    def number(name: str) -> int:
        value = said.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else DEFAULTS[name]

    mimes = said.get("mimes")
    return Limits(
        text=number("max_characters"),
        count=mastodon(number("characters_reserved_per_url")),
        media_max=number("max_media_attachments"),
        media_bytes=number("image_size_limit"),
        media_pixels=number("image_matrix_limit"),
        media_mimes=tuple(mimes) if isinstance(mimes, list | tuple) and mimes else MIMES,
        media_required=said.get("media_required") is True,
        alt_max=number("description_limit"),
        alt_count=graphemes,
    )


def read_limits(ctx: Context, root: str) -> dict[str, Any]:
    """What the instance says: v2, else v1; {} when it says nothing (the defaults hold)."""
    exchange = instance(ctx, root)
    return parse(exchange.object()) if exchange.ok else {}


def instance(ctx: Context, root: str) -> Exchange:
    """What the server says of itself: by v2, where it has none by v1."""
    exchange = ctx.http.call("GET", f"{root}/api/v2/instance")
    if exchange.ok and exchange.object():
        return exchange
    return ctx.http.call("GET", f"{root}/api/v1/instance")


def parse(instance: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers out of either answer; unknown and odd ones are left out."""
    found: dict[str, Any] = {}
    for theirs, ours in FLAT.items():
        _take(found, ours, instance.get(theirs))
    configuration = instance.get("configuration")
    for part in ("statuses", "media_attachments"):
        values = configuration.get(part) if isinstance(configuration, Mapping) else None
        for name in DEFAULTS:
            _take(found, name, values.get(name) if isinstance(values, Mapping) else None)
        mimes = values.get("supported_mime_types") if isinstance(values, Mapping) else None
        if isinstance(mimes, list) and mimes:
            found["mimes"] = [m for m in mimes if isinstance(m, str) and m in MIMES]
    version = instance.get("version")
    if isinstance(version, str):
        found |= {"version": version[:100], "media_required": "pixelfed" in version.lower()}
        said = f"{version} {instance.get('source_url')}".lower()
        found["content_type"] = any(name in said for name in OTHERS)
    return found


def says_content_type(configuration: Mapping[str, Any]) -> bool:
    """Whether the server is one that would run Markdown over a text unless it is told that the text is plain."""
    kept = configuration.get("limits")
    return isinstance(kept, Mapping) and kept.get("content_type") is True


def _take(found: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        found[name] = value
