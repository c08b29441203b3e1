"""A small believable desk, made by the desk's own actions and its workers: no status is inserted by hand.

Each story is one chain of steps by one person or the other, keyed by an id made of its title, so that an interrupted
start goes on where it stopped and a second one does nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from app.accounts import actions as account_actions
from app.accounts import queries as account_queries
from app.accounts.connect_input import ConnectInput
from app.accounts.services import verify
from app.campaigns import actions as campaigns
from app.campaigns.models import Campaign
from app.cli.demo.pictures import paint
from app.cli.demo.stories import STORIES, Story
from app.cli.first_people import REVIEWER_EMAIL
from app.content import actions as content
from app.content import images
from app.content import queries as contents
from app.content.models import Artifact, ContentItem
from app.core import actor, transactions
from app.core import settings as desk_settings
from app.core.db import db
from app.lib import clock
from app.outbound.files import Files
from app.publishing import actions as publishing
from app.reviews import actions as reviews
from app.reviews.actions.locking import open_request
from app.staff import queries as people

NAMESPACE = uuid.UUID("5f0c7f9e-1f53-5f0e-9a3b-8f4b6d2c1a00")
ZONE = "Africa/Addis_Ababa"
ACCOUNTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("site", "site", {}),
    ("sandbox", "The strict sandbox", {"behaviour": "refuses"}),
    ("sandbox", "The silent sandbox", {"behaviour": "silent"}),
)
CAMPAIGN = "Winter Iwagumi"


def fill() -> None:
    """Make what is not there yet. Does nothing on a desk whose people are not the demo's."""
    settings = current_app.config["ENVIRONMENT"]
    admin, reviewer = (
        transactions.transaction(people.by_email, email) for email in (settings.admin_email, REVIEWER_EMAIL)
    )
    if admin is None or reviewer is None or transactions.transaction(desk_settings.get, "demo.filled"):
        return
    people_by_role = {"admin": admin, "reviewer": reviewer}
    _connect_accounts(admin)
    campaign = _as(people_by_role["admin"], _start_campaign)
    for story in STORIES:
        _advance(story, people_by_role, campaign)
    transactions.transaction(desk_settings.put, "demo.filled", True)


def _advance(story: Story, people_by_role: dict[str, Any], campaign: uuid.UUID) -> None:
    author = people_by_role[story.by]
    other = people_by_role["admin" if story.by == "reviewer" else "reviewer"]
    item_id = uuid.uuid5(NAMESPACE, story.title)
    if transactions.transaction(db.session.get, ContentItem, item_id) is None:
        _as(author, _write, story, item_id, campaign)
    if story.fate == "draft":
        return
    _as(author, _ask, item_id)
    if story.fate == "asked":
        return
    _as(other, _approve, item_id)
    _as(people_by_role["admin"], _send, story, item_id)


def _as(person: Any, verb: Callable[..., Any], *args: Any) -> Any:
    """One step, done by a person."""
    who = actor.Actor(type="human", id=str(person.id), name=person.full_name, role=person.role)
    with actor.acting(who):
        return transactions.transaction(verb, *args)


def _connect_accounts(admin: Any) -> None:
    """Each is verified at once, as the job would a moment later: the stories need them active."""
    for platform, name, configuration in ACCOUNTS:
        if transactions.transaction(account_queries.by_name, platform, name) is None:
            made = _as(admin, account_actions.connect, ConnectInput(platform, name, configuration=configuration))
            verify(str(made.id))


def _start_campaign() -> uuid.UUID:
    found: Campaign | None = db.session.query(Campaign).filter_by(name=CAMPAIGN).first()
    if found is None:
        begin = clock.now()
        values = {
            "name": CAMPAIGN, "goal": "Sell sixty 60P kits before Christmas, and show that anybody can build one.",
            "target_platforms": ["site", "sandbox"], "start_time": begin, "end_time": begin + timedelta(days=24),
            "budget_cap": 0, "budget_currency": "ETB",
        }  # fmt: skip
        found = campaigns.start(campaigns.create(values))
    return found.id


def _write(story: Story, item_id: uuid.UUID, campaign: uuid.UUID) -> None:
    media = [{"sha256": _picture(story), "alt": story.alt}] if story.picture else []
    text = {"title": story.title, "body": story.body, "language": "en", "media": media, "disclosure": "none"}
    item = content.create_item(text, item_id=item_id, campaign_id=campaign)
    chosen = [account for name in story.accounts if (account := _account(name)) is not None]
    at = _tomorrow() if story.fate in ("asked", "tomorrow") else None
    content.plan(item, at, ZONE, [(str(account.id), account.platform) for account in chosen])


def _picture(story: Story) -> str:
    files = Files(current_app.config["ENVIRONMENT"].files)
    asset = content.store_picture(
        files, images.read(paint(story.picture), f"{story.picture}.png"), f"{story.picture}.png"
    )
    return asset.content_hash


def _account(name: str) -> Any:
    return next((found for platform in ("site", "sandbox") if (found := account_queries.by_name(platform, name))), None)


def _ask(item_id: uuid.UUID) -> None:
    item = _item(item_id)
    if item.status == "draft":
        reviews.ask(item, _version(item))


def _approve(item_id: uuid.UUID) -> None:
    item = _item(item_id)
    request = open_request(item)
    if request is not None:
        reviews.decide(
            request.id,
            "approve",
            artifact_id=str(request.artifact_id),
            content_hash=request.content_hash or "",
            plan_hash=contents.plan_hash(item),
            shown_hash=contents.posts_hash(item, _version(item)),
        )


def _send(story: Story, item_id: uuid.UUID) -> None:
    item = _item(item_id)
    if item.status != "approved":
        return
    at = _tomorrow() if story.fate == "tomorrow" else None
    ids = [uuid.UUID(one) for one in item.planned_accounts]
    job = publishing.schedule(item, _version(item), ids, at, ZONE, campaign_id=item.campaign_id)
    if story.fate == "held":
        publishing.hold("job", str(job.id), "human", "The shop checks the price before this goes out.")


def _item(item_id: uuid.UUID) -> ContentItem:
    return db.session.get_one(ContentItem, item_id)


def _version(item: ContentItem) -> Artifact:
    return db.session.get_one(Artifact, item.current_version_id)


def _tomorrow() -> datetime:
    """Nine in the morning of the next day, in the shop's zone."""
    zone = ZoneInfo(ZONE)
    day = clock.now().astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(9), zone)


desk_settings.declare("demo.filled", False, bool, "The demo desk has been filled.", is_hidden=True)
