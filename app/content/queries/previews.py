"""The posts of a payload on the accounts it is planned for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from app.content.preview import Preview, preview
from app.content.queries.assets import facts
from app.content.version_view import Media, VersionView
from app.content.version_view import version_view as view_version
from app.core import deadline
from app.platforms import registry


class Account(Protocol):
    """What a preview needs of an account."""

    platform: str
    configuration: dict[str, Any]


def version_view(payload: Mapping[str, Any], platforms: Iterable[str], media: Media | None = None) -> VersionView:
    """The whole version in words, for these platforms. `media`: the facts of its pictures, where they are known already."""
    if media is None:
        media = facts(m["sha256"] for m in payload.get("media") or [])
    return view_version(payload, platforms, media)


def previews(
    payload: Mapping[str, Any], accounts: Iterable[Account], platforms: Iterable[str] = (), media: Media | None = None
) -> list[Preview]:
    """One preview per platform of the accounts, in the registry's order; of several accounts the one with most problems.
    `platforms`: shown also where no account is on them."""
    pictures = media if media is not None else facts(m["sha256"] for m in payload.get("media") or [])
    known = {c.spec.slug: at for at, c in enumerate(registry.all())}
    worst: dict[str, Preview] = {}
    for account in accounts:
        deadline.check()
        if account.platform in known:
            made = preview(payload, account.platform, pictures, account.configuration)
            had = worst.get(account.platform)
            if had is None or (len(made.errors), -(made.count.limit or 0)) > (len(had.errors), -(had.count.limit or 0)):
                worst[account.platform] = made
    for slug in set(platforms) - set(worst):
        worst[slug] = preview(payload, slug, pictures)
    return sorted(worst.values(), key=lambda p: known[p.platform])
