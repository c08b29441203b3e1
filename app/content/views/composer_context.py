"""Everything the composer's page shows, out of what was typed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask_login import current_user

from app.accounts import queries as account_queries
from app.campaigns import queries as campaigns
from app.content import bounds, queries
from app.content.choices import DISCLOSURES, LANGUAGES
from app.content.composer_input import ComposerInput, from_draft
from app.content.models import KINDS, ContentDraft, ContentItem
from app.content.payloads import normalize
from app.core import settings
from app.core.ids import parse_id, uuid7
from app.lib import clock, local_time
from app.lib.errors import NotFound
from app.platforms import registry
from app.platforms.base import Limits
from app.publishing.queries import plan as plans


def new_entry(
    copy_of: ContentItem | None = None, item_id: uuid.UUID | None = None, campaign: object = None
) -> ComposerInput:
    """A new item, under the id of its address and in its campaign when that has one; or a copy of an item, with its plan left out."""
    start = normalize(queries.current(copy_of).payload if copy_of else {})
    accounts = (
        copy_of.planned_accounts
        if copy_of
        else [str(a.id) for a in account_queries.usable_accounts() if a.platform == "site"]
    )
    return ComposerInput(
        item_id=item_id or uuid7(), payload=start, accounts=tuple(accounts), plan_zone=current_user.timezone or "UTC",
        campaign_id=str(parse_id(campaign) or ""),
    )  # fmt: skip


def from_item(item: ContentItem, draft: ContentDraft | None) -> ComposerInput:
    """An item as it stands, or as this person left it."""
    if draft is not None:
        return from_draft(item.id, draft.payload, draft.form, draft.base_version_id)
    version = queries.current(item)
    on, at, which = _local(item.scheduled_for, item.timezone)
    return ComposerInput(
        item_id=item.id, payload=normalize(version.payload), base_id=version.id, kind=item.content_type,
        campaign_id=str(item.campaign_id or ""), tags=", ".join(item.tags or []), accounts=tuple(item.planned_accounts),
        plan_on=on, plan_at=at, plan_which=which, plan_zone=item.timezone if item.scheduled_for else current_user.timezone or "UTC",
    )  # fmt: skip


def _local(moment: datetime | None, zone_name: str) -> tuple[str, str, str]:
    if moment is None:
        return "", "", ""
    there = moment.astimezone(local_time.zone(zone_name))
    twice = there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
    return (
        f"{there:%Y-%m-%d}",
        f"{there:%H:%M}",
        (local_time.SECOND if there.fold else local_time.FIRST) if twice else "",
    )


def rebase(entry: ComposerInput, base_id: uuid.UUID | None) -> ComposerInput:
    """The same text, begun from another version: after a conflict was settled."""
    return replace(entry, base_id=base_id)


def context(
    entry: ComposerInput, item: ContentItem | None = None, wrong: Mapping[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    """What content/edit.html needs; its block `previews` needs a part of it."""
    known = {c.spec.slug: c.spec for c in registry.all()}
    accounts = [a for a in account_queries.connected_accounts() if a.platform in known]
    chosen = [a for a in accounts if str(a.id) in entry.accounts]
    offered = [a for a in accounts if a in chosen or (a.status == "active" and a.paused_at is None)]
    tabs = [
        s for slug, s in known.items() if slug in entry.payload["variants"] or any(a.platform == slug for a in offered)
    ]
    found, too_much = _limits(chosen, offered), bounds.too_much(entry.payload)
    return {
        "entry": entry, "item": item, "wrong": dict(wrong or {}), "accounts": offered, "chosen": chosen, "tabs": tabs,
        "planned": {a.platform for a in chosen}, "too_much": too_much,
        "previews": [] if too_much else queries.previews(entry.payload, chosen), "max_text": bounds.MAX_TEXT,
        "pictures": queries.facts(m["sha256"] for m in entry.payload["media"]), "limits": {s.slug: found[s.slug] for s in tabs if s.slug in found},
        "same_place": account_queries.shared_places(offered), **more,
    }  # fmt: skip


def unknown_choices(entry: ComposerInput, item: ContentItem | None) -> dict[str, str]:
    """field → message where a menu's value is none of its choices; what the item has already may stay."""
    had = queries.current(item).payload if item and item.current_version_id else {}
    kinds, languages = [*dict(KINDS), item and item.content_type], [*dict(LANGUAGES), had.get("language")]
    out = {}
    if entry.kind not in kinds:
        out["kind"] = f"“{entry.kind[:40]}” is no kind of content. Choose one from the list."
    if entry.payload["language"] not in languages:
        out["language"] = (
            f"“{entry.payload['language'][:40]}” is none of the desk's languages. Choose one from the list."
        )
    if entry.campaign_id and not _campaign(entry.campaign_id):
        out["campaign"] = "There is no such campaign any more. Choose another, or None."
    return out


def _campaign(key: str) -> str:
    """The name of a campaign, also of one that is over; "" when there is none."""
    try:
        return campaigns.by_id(key).name
    except NotFound:
        return ""


def menus(entry: ComposerInput, item: ContentItem | None) -> dict[str, Any]:
    """What the menus of the page offer, and when each account is free again. What an item has is always among it."""
    wrong, key = unknown_choices(entry, item), entry.campaign_id
    offered, language = campaigns.choices(), entry.payload["language"]
    if key and key not in dict(offered) and "campaign" not in wrong:
        offered = [*offered, (key, _campaign(key))]
    return {
        "kinds": KINDS if entry.kind in dict(KINDS) or "kind" in wrong else (*KINDS, (entry.kind, entry.kind)),
        "languages": LANGUAGES
        if language in dict(LANGUAGES) or "language" in wrong
        else (*LANGUAGES, (language, language)),
        "disclosures": DISCLOSURES,
        "campaigns": offered,
        "free_at": plans.free_at(),
        "soon": clock.now() + timedelta(days=settings.get("accounts.expiry_notice_days")),
    }


LONG = "https://example.org/" + "x" * 200


def _room(of: Limits) -> tuple[int, int]:
    """Tighter first: the fewer characters, and of two with as many the one that counts a link in full."""
    return of.text or 10**9, -of.count(LONG)


def _limits(chosen: list[Any], offered: list[Any]) -> dict[str, Any]:
    """platform → the tightest limits of its accounts, for the counters beside the text."""
    out: dict[str, Any] = {}
    for account in [*chosen, *offered]:
        of = registry.get(account.platform).limits(account.configuration)
        had = out.get(account.platform)
        if had is None or _room(of) < _room(had):
            out[account.platform] = of
    return out
