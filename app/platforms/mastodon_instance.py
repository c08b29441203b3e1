"""The limits of an instance: read at `verify`, kept in the account's configuration, turned into `Limits`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.platforms.addresses import origin
from app.platforms.base import Context, Exchange, Limits
from app.platforms.mastodon_software import canonical_name, of_account
from app.platforms.spec import IMAGES

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


def limits(configuration: Mapping[str, Any]) -> Limits:
    """The limits kept in an account's configuration, Mastodon's numbers where there are none."""
    stored = configuration.get("limits")
    values: Mapping[str, Any] = stored if isinstance(stored, Mapping) else {}

    def number(name: str) -> int:
        value = values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else DEFAULTS[name]

    mimes, software = values.get("mimes"), of_account(configuration)
    return Limits(
        text=number("max_characters"),
        count=software.count(number("characters_reserved_per_url")),
        counts_too=(("spoiler_text", software.letters),),
        caveats=software.caveats,
        media_max=number("max_media_attachments"),
        media_bytes=number("image_size_limit"),
        media_pixels=number("image_matrix_limit"),
        media_mimes=tuple(mimes) if isinstance(mimes, list | tuple) and mimes else IMAGES,
        media_required=software.media_required,
        alt_max=number("description_limit"),
        alt_count=software.alts,
    )


def read_limits(ctx: Context, root: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """What the instance says of its limits; {} when it says nothing, so that what was read `before` is not lost for a blip."""
    name, exchange = software_name(ctx, root, before), instance(ctx, root)
    body = exchange.object()
    if not exchange.ok or not body:
        return {}
    version = body.get("version")
    software = canonical_name(name, version if isinstance(version, str) else "", body.get("source_url"))
    return {**parse(body), "software": software}


def software_name(ctx: Context, root: str, before: Mapping[str, Any]) -> str:
    """By nodeinfo, "" where it says nothing, as `before` where it could not be asked.

    Source: https://nodeinfo.diaspora.software/protocol.html
    """
    exchange = ctx.http.call("GET", f"{root}/.well-known/nodeinfo")
    links = exchange.object().get("links")
    for link in links if isinstance(links, list) else []:
        where = link.get("href") if isinstance(link, Mapping) else None
        if isinstance(where, str) and origin(where) == origin(root):
            exchange = ctx.http.call("GET", where)
            software = exchange.object().get("software")
            name = software.get("name") if isinstance(software, Mapping) else None
            if isinstance(name, str) and name.strip():
                return name.strip().lower()[:40]
    stored = before.get("limits")
    asked = not exchange.error and (exchange.status or 0) < 500
    return "" if asked or not isinstance(stored, Mapping) else str(stored.get("software") or "")


def instance(ctx: Context, root: str) -> Exchange:
    """What the server says of itself: by v2, where it has none by v1."""
    exchange = ctx.http.call("GET", f"{root}/api/v2/instance")
    if exchange.ok and exchange.object():
        return exchange
    return ctx.http.call("GET", f"{root}/api/v1/instance")


def parse(instance: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and kinds of pictures out of either answer; unknown and odd ones are left out."""
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
            found["mimes"] = [m for m in mimes if isinstance(m, str) and m in IMAGES]
    return found


def _take(found: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        found[name] = value
