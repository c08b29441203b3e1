"""A desk with one of everything, its people, and the ids that live in it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.models import ACCOUNT, Account
from app.campaigns.models import CAMPAIGN
from app.content import actions as content
from app.content.actions.assets import store_picture
from app.content.images import read
from app.content.models import ContentItem
from app.core import actor, transactions
from app.core import settings as desk_settings
from app.core.db import Base, db
from app.core.ids import uuid7
from app.lib import clock
from app.notifications.models import Notification
from app.outbound.files import Files
from app.publishing import actions as publishing
from app.publishing.models.record import RECORD
from app.search.models import SavedView
from app.staff import actions as staff
from app.staff.actions.invites import link_token
from app.staff.models import SignInGuard, StaffInvite, User, UserSession
from app.staff.person import Caller
from tests import factories
from tests.fuzz import pages
from tests.fuzz.calls import ROLES
from tests.fuzz.odd import picture

CANARY = "canary-7b1f-secret-of-the-desk"
LIVES_IN = {"viewer": "Pacific/Apia", "editor": "Africa/Addis_Ababa", "reviewer": "America/New_York", "operator": "Australia/Lord_Howe",
    "admin": "Europe/Berlin"}  # fmt: skip
TABLES = {
    "session_id": "user_sessions", "account_id": "platform_credentials", "campaign_id": "campaigns", "item_id": "content_items",
    "hold_id": "publish_holds", "job_id": "publish_jobs", "notice_id": "notifications", "record_id": "publish_records",
    "request_id": "approval_requests", "content_id": "content_items", "user_id": "users", "invite_id": "staff_invites", "view_id": "saved_views",
    "artifact_id": "artifacts",
}  # fmt: skip
OPENERS = ("/", "/records", "/content", "/reviews", "/accounts", "/campaigns", "/calendar", "/staff", "/settings", "/holds", "/jobs", "/metrics", "/audit",
    "/me", "/me/password", "/me/sessions", "/notices", "/views", "/content/new", "/campaigns/new", "/staff/invite", "/views/new",
    "/accounts/connect", "/site", "/search?q=a", "/palette", "/sign-in", "/reviews/all", "/records?status=failed", "/calendar?view=week",
)  # fmt: skip


def fill(app: Any) -> None:
    """One of everything, by the rooms' own verbs where they have one."""
    people = {
        role: transactions.transaction(factories.make_user, role, email=f"{role}@desk.example", username=role)
        for role in ROLES[1:]
    }
    with actor.acting(actor.Actor(type="human", id=str(people["admin"].id), name="Admin", role="admin")):
        transactions.transaction(_accounts)
        transactions.transaction(_content, people, app.config["ENVIRONMENT"])
        transactions.transaction(_records)
        transactions.transaction(_rest, people)


def _accounts() -> None:
    secret = {"access_token": CANARY, "app_password": CANARY, "secret": CANARY}
    factories.make_account("site", "site")
    for status in ACCOUNT.states:
        factories.make_account(
            "mastodon", status=status, secrets=secret, configuration={"instance": "https://social.example"}
        )
    factories.make_account("mastodon", paused_at=clock.now(), secrets=secret)
    factories.make_account("bluesky", secrets=secret, configuration={"handle": "desk.example"})
    factories.make_account("webhook", secrets=secret, configuration={"url": "https://hook.example/"})
    factories.make_account("sandbox", configuration={"behaviour": "accepts"})


def _content(people: dict[str, User], settings: Any) -> None:
    account = db.session.scalars(sa.select(Account).where(Account.platform == "site")).first()
    for status in ("draft", "review", "needs_revision", "rejected", "approved", "scheduled", "published"):
        factories.make_item(
            f"An item: {status}",
            by=people["editor"],
            accounts=(account,),
            status=status,
            at=clock.now() + timedelta(days=3),
        )
    image = read(picture(size=(64, 64)), "a.png")
    store_picture(Files(settings.files), image, "a.png")
    factories.make_item(
        "With a picture", by=people["editor"], payload={"media": [{"sha256": image.sha256, "alt": "Teal"}]}
    )
    item = factories.make_item("Put away", by=people["editor"])
    content.archive(item)
    for status in ("pending", "in_review", "approved", "rejected", "changes_requested", "cancelled"):
        factories.make_review(
            factories.make_item(f"Asked: {status}", by=people["editor"]), reviewer=people["reviewer"], status=status
        )
    for status in CAMPAIGN.states:
        row = factories.make_campaign(f"Campaign {status}", status=status, created_by=people["admin"].id)
        factories.make_item(
            f"For {status}", by=people["editor"], status="approved", accounts=(account,), campaign_id=row.id
        )


def _records() -> None:
    for status in RECORD.states:
        for platform in ("site", "sandbox"):
            try:
                with db.session.begin_nested():
                    row = factories.make_record(status, platform, due_at=clock.now() + timedelta(days=2))
                    if status == "pending":
                        publishing.hold("record", str(row.id), "human", "The shop checks the price.")
            except sa.exc.IntegrityError:
                continue


def _rest(people: dict[str, User]) -> None:
    for status in (None, "revoked"):
        row = staff.invite(f"new{status}@desk.example", "editor", "New")
        if status:
            db.session.flush()
            staff.withdraw_invite(row.id)
    for role, user in people.items():
        db.session.add(
            Notification(
                id=uuid7(), user_id=user.id, kind="record.failed", title="A post failed", url="/records", key=f"k{role}"
            )
        )
        db.session.add(
            SavedView(id=uuid7(), user_id=user.id, page="publishing.records", name=f"Of {role}", query="status=failed")
        )
        staff.open_session(user, Caller(ip="127.0.0.1", user_agent="x"))
    other = factories.make_user("viewer", email="other@desk.example", is_active=False)
    db.session.add(UserSession(user_id=other.id, token_hash="0" * 64, expires_at=clock.now()))


def restore_people() -> None:
    """The five people as they were: whatever a call did to them, the next batch has them again. Settings go back, too."""
    for role in ROLES[1:]:
        user = db.session.scalars(sa.select(User).where(User.username == role)).one()
        user.email, user.role, user.is_active, user.locked_until = f"{role}@desk.example", role, True, None
        user.preferences = {**user.preferences, "timezone": LIVES_IN[role]}
        user.failed_sign_ins, user.password_hash = 0, factories._hashes[factories.PASSWORD]
    db.session.execute(sa.delete(SignInGuard))
    db.session.execute(sa.delete(desk_settings.SystemConfig).where(desk_settings.SystemConfig.key.like("accounts.%")))
    desk_settings.forget()


def ids() -> dict[str, list[str]]:
    """Kind of a thing → the ids of some that are there, the newest first."""
    out = {
        kind: [
            str(one) for one in db.session.scalars(sa.text(f"SELECT id FROM {table} ORDER BY created_at DESC LIMIT 60"))
        ]
        for kind, table in TABLES.items()
        if table in Base.metadata.tables
    }
    out["event"] = out["record_id"][:20] + out["item_id"][:20]
    out["audit"] = [
        str(one) for one in db.session.scalars(sa.text("SELECT id FROM audit_log ORDER BY 1 DESC LIMIT 20"))
    ]
    out["sha256"] = [
        str(one) for one in db.session.scalars(sa.text("SELECT content_hash FROM content_assets LIMIT 20"))
    ]
    out["key"] = [str(one) for one in db.session.scalars(sa.text("SELECT key FROM local_posts LIMIT 20"))] + out[
        "record_id"
    ][:3]
    out["slug"] = ["site", "bluesky", "mastodon", "webhook", "sandbox"]
    out["filename"] = ["css/app.css", "js/app.js", "."]
    invites = db.session.scalars(
        sa.select(StaffInvite).where(StaffInvite.accepted_at.is_(None), StaffInvite.revoked_at.is_(None)).limit(3)
    )
    out["token"] = [link_token(row) for row in invites] + ["a.b.c"]
    out["hash"] = [str(one) for one in db.session.scalars(sa.select(ContentItem.current_version_id).limit(5))]
    return out


def crawl(browsers: dict[str, Any], known: dict[str, list[str]], routes: Any, thorough: bool) -> list[pages.Shown]:
    """What the pages of the desk lead to, for everybody who may change something; else for one person, a page of each kind."""
    found: dict[pages.Shown, None] = {}
    for role in ("editor", "reviewer", "operator", "admin") if thorough else ("admin",):
        queue = list(OPENERS) if role in ("editor", "admin") else list(OPENERS[:8])
        for rule in routes.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint != "static" and len(rule.arguments) == 1:
                (name,) = rule.arguments
                queue += [re.sub(r"<[^>]+>", value, str(rule)) for value in known.get(name, ())[: 2 if thorough else 1]]
        for path in queue:
            answer = browsers[role].get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                found.update(dict.fromkeys(pages.shown(role, path, answer.text)))
    return [one for one in found if one.path != "/sign-out"]
