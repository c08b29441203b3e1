"""The limits of an instance: read once at `verify`, kept in the account's configuration, turned into `Limits`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.platforms.addresses import origin
from app.platforms.base import Context, Exchange, Limits
from app.platforms.mastodon_software import BY_NAME, by_version, of

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

    mimes, software = said.get("mimes"), of(configuration)
    return Limits(
        text=number("max_characters"),
        count=software.count(number("characters_reserved_per_url")),
        counts_too=(("spoiler_text", software.letters),),
        caveats=software.caveats,
        media_max=number("max_media_attachments"),
        media_bytes=number("image_size_limit"),
        media_pixels=number("image_matrix_limit"),
        media_mimes=tuple(mimes) if isinstance(mimes, list | tuple) and mimes else MIMES,
        media_required=said.get("media_required") is True,
        alt_max=number("description_limit"),
        alt_count=software.alts,
    )


def read_limits(ctx: Context, root: str) -> dict[str, Any]:
    """What the instance says: v2, else v1; {} when it says nothing (the defaults hold)."""
    name = software_name(ctx, root)
    exchange = instance(ctx, root)
    said = parse(exchange.object()) if exchange.ok else {}
    return {**said, "software": name} if said and name else said


def software_name(ctx: Context, root: str) -> str:
    """By nodeinfo, "" where it says nothing. Source: https://nodeinfo.diaspora.software/protocol.html"""
    links = ctx.http.call("GET", f"{root}/.well-known/nodeinfo").object().get("links")
    for link in links if isinstance(links, list) else []:
        where = link.get("href") if isinstance(link, Mapping) else None
        if isinstance(where, str) and origin(where) == origin(root):
            software = ctx.http.call("GET", where).object().get("software")
            name = software.get("name") if isinstance(software, Mapping) else None
            if isinstance(name, str) and name.strip():
                return name.strip().lower()[:40]
    return ""


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
        row = by_version(version, instance.get("source_url"))
        found["software"] = next((name for name, one in BY_NAME.items() if one is row), "unknown")
        found["content_type"] = any(name in said for name in OTHERS)
    return found


def says_content_type(configuration: Mapping[str, Any]) -> bool:
    """Whether the server is one that would run Markdown over a text unless it is told that the text is plain."""
    if of(configuration).content_type:
        return True
    kept = configuration.get("limits")
    return isinstance(kept, Mapping) and kept.get("content_type") is True


def _take(found: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        found[name] = value
