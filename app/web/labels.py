"""The one table of words: each status, error type, platform and role → word, colour class, icon.

In: keys as they stand in the database. Out: `Label(word, tone, icon)`; `tone` is one of the six meanings of the design
language (idle wait plan run ok bad), `icon` a symbol of `static/icons.svg`. Errors: none; an unknown key becomes an
honest grey label with its own words, so that a page never breaks on a new status (a unit test finds it instead).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.platforms import registry


class Label(NamedTuple):
    """A word with the colour and the shape that repeat its meaning."""

    word: str
    tone: str
    icon: str


STATUS: dict[str, Label] = {
    # nothing happening
    "draft": Label("Draft", "idle", "circle-dashed"),
    "queued": Label("Queued", "idle", "hourglass"),
    "paused": Label("Paused", "idle", "player-pause"),
    "cancelled": Label("Cancelled", "idle", "circle-minus"),
    "superseded": Label("Superseded", "idle", "replace"),
    "archived": Label("Archived", "idle", "archive"),
    "stopped": Label("Stopped", "idle", "player-stop"),
    "suspended": Label("Suspended", "idle", "user-x"),
    "retired": Label("Retired", "idle", "circle-off"),
    "unsubscribed": Label("Unsubscribed", "idle", "circle-minus"),
    "skipped": Label("Skipped", "idle", "player-skip-forward"),
    "false_positive": Label("False alarm", "idle", "circle-minus"),
    "disconnected": Label("Disconnected", "idle", "plug-x"),
    "revoked": Label("Ended", "idle", "circle-minus"),
    # waits for a person or a retry
    "review": Label("In review", "wait", "circle-dot"),
    "in_review": Label("In review", "wait", "circle-dot"),
    "needs_revision": Label("Changes requested", "wait", "pencil"),
    "changes_requested": Label("Changes requested", "wait", "pencil"),
    "escalated": Label("Escalated", "wait", "arrow-up"),
    "retrying": Label("Retrying", "wait", "rotate-clockwise"),
    "deferred": Label("Deferred", "wait", "rotate-clockwise"),
    "partial": Label("Partly published", "wait", "circle-half-2"),
    "held": Label("On hold", "wait", "hand-stop"),
    "expiring": Label("Expires soon", "wait", "clock-exclamation"),
    "needs_look": Label("Needs a look", "wait", "help-hexagon"),
    "unconfirmed": Label("Not confirmed", "wait", "mail"),
    "invited": Label("Invited", "wait", "mail"),
    "locked": Label("Locked out", "wait", "lock"),
    "detected": Label("Detected", "wait", "eye"),
    # agreed, in the future
    "approved": Label("Approved", "plan", "user-check"),
    "scheduled": Label("Scheduled", "plan", "clock"),
    "pending": Label("Scheduled", "plan", "clock"),
    "confirmed": Label("Confirmed", "plan", "check"),
    # happening now
    "due": Label("Waiting", "run", "hourglass"),
    "publishing": Label("Publishing", "run", "loader-2"),
    "confirming": Label("Processing", "run", "loader-2"),
    "unknown": Label("Checking", "run", "help-hexagon"),
    "running": Label("Running", "run", "loader-2"),
    "in_progress": Label("In progress", "run", "loader-2"),
    "checking": Label("Checking", "run", "loader-2"),
    "sending": Label("Sending", "run", "loader-2"),
    "leased": Label("Sending", "run", "loader-2"),
    "handing": Label("Sending", "run", "loader-2"),
    # done
    "published": Label("Published", "ok", "circle-check"),
    "success": Label("Published", "ok", "circle-check"),
    "sent": Label("Sent", "ok", "circle-check"),
    "active": Label("Active", "ok", "circle-check"),
    "done": Label("Done", "ok", "circle-check"),
    "completed": Label("Completed", "ok", "circle-check"),
    "reviewed": Label("Reviewed", "ok", "circle-check"),
    "released": Label("Released", "ok", "player-play"),
    # needs repair
    "failed": Label("Failed", "bad", "circle-x"),
    "rejected": Label("Rejected", "bad", "ban"),
    "expired": Label("Expired", "bad", "plug-connected-x"),
    "invalid": Label("Sign-in refused", "bad", "plug-connected-x"),
    "bad_address": Label("Address unusable", "bad", "link-off"),
    "bounced": Label("Bounced", "bad", "circle-x"),
    "complained": Label("Complained", "bad", "alert-triangle"),
}

# Where one noun uses a word differently.
BY_NOUN: dict[str, dict[str, Label]] = {
    "job": {
        "pending": Label("Scheduled", "plan", "clock"),
        "running": Label("Publishing", "run", "loader-2"),
    },
    "campaign": {"ended": Label("Ended", "idle", "clock-exclamation")},
    "request": {
        "pending": Label("Waiting for review", "wait", "circle-dot"),
        "expired": Label("Expired", "idle", "clock-exclamation"),
    },
    "task": {"pending": Label("To do", "idle", "circle-dashed")},
    "subscriber": {"pending": Label("Not confirmed", "wait", "mail")},
    "delivery": {
        "pending": Label("Queued", "idle", "hourglass"),
        "unknown": Label("Not known", "wait", "help-hexagon"),
    },
}

ADDRESS_FIELDS = frozenset(connector.spec.address for connector in registry.all() if connector.spec.address)
"""Fields of an account that hold where its platform is; a check that fails blames one field."""

NOT_KNOWN = Label("Not known", "wait", "help-hexagon")

ERROR_TYPES: dict[str, Label] = {
    "network_timeout": Label("Network timeout", "wait", "wifi-off"),
    "rate_limit": Label("Rate limit", "wait", "clock-exclamation"),
    "platform_error": Label("Platform error", "wait", "alert-triangle"),
    "unknown": Label("Not known", "wait", "help-hexagon"),
    "auth_failed": Label("Sign-in failed", "bad", "plug-connected-x"),
    "content_rejected": Label("Content rejected", "bad", "ban"),
    "invalid_parameters": Label("Wrong input", "bad", "circle-x"),
}

HOLD_REASONS: dict[str, str] = {
    "late": "It is late: publish it anyway?",
    "account_paused": "A person paused the account",
    "account_down": "The account does not work",
    "campaign_paused": "The campaign is not running",
    "campaign_window": "The campaign has not started or is over",
    "budget": "The campaign is over its budget",
    "policy": "A platform changed its rules",
    "emergency": "Emergency hold",
    "changed": "The text differs from what was approved",
    "restored": "The desk was restored from a backup",
    "human": "A person held it",
    "invariant": "Something is wrong with how it went out",
}


class PlatformLabel(NamedTuple):
    """A platform's name and its mark: an icon of the sprite, or one character for those without one."""

    word: str
    icon: str


PLATFORMS: dict[str, PlatformLabel] = {
    **{one.spec.slug: PlatformLabel(one.spec.name, one.spec.icon) for one in registry.all()},
    "instagram": PlatformLabel("Instagram", "brand-instagram"),
    "threads": PlatformLabel("Threads", "brand-threads"),
    "facebook": PlatformLabel("Facebook", "brand-facebook"),
    "linkedin": PlatformLabel("LinkedIn", "brand-linkedin"),
    "x": PlatformLabel("X", "brand-x"),
    "youtube": PlatformLabel("YouTube", "brand-youtube"),
    "tiktok": PlatformLabel("TikTok", "brand-tiktok"),
    "pinterest": PlatformLabel("Pinterest", "brand-pinterest"),
    "reddit": PlatformLabel("Reddit", "brand-reddit"),
    "telegram": PlatformLabel("Telegram", "brand-telegram"),
    "discord": PlatformLabel("Discord", "brand-discord"),
    "slack": PlatformLabel("Slack", "brand-slack"),
    "medium": PlatformLabel("Medium", "brand-medium"),
    "tumblr": PlatformLabel("Tumblr", "brand-tumblr"),
    "wordpress": PlatformLabel("WordPress", "brand-wordpress"),
    "ghost": PlatformLabel("Ghost", "ghost"),
    "devto": PlatformLabel("dev.to", "file-text"),
    "wechat": PlatformLabel("WeChat", "brand-wechat"),
    "weibo": PlatformLabel("Weibo", "brand-weibo"),
    "bilibili": PlatformLabel("Bilibili", "brand-bilibili"),
    "newsletter": PlatformLabel("Newsletter", "mail"),
    "xiaohongshu": PlatformLabel("Xiaohongshu", "红"),
    "douyin": PlatformLabel("Douyin", "抖"),
}

ROLES: dict[str, str] = {
    "viewer": "Viewer",
    "editor": "Editor",
    "reviewer": "Reviewer",
    "operator": "Operator",
    "admin": "Admin",
}


def status(key: str, noun: str = "") -> Label:
    """The badge of a status; `noun` (job, request, task…) picks that noun's own word where it has one."""
    found = BY_NOUN.get(noun, {}).get(key) or STATUS.get(key)
    return found or Label(plain(key), "idle", "circle-dashed")


def account(status: str, meta: Mapping[str, Any]) -> str:
    """The key of an account's badge: when the last look blamed its address, nobody has refused a sign-in."""
    blamed = (meta.get("check") or {}).get("field")
    return "bad_address" if status == "invalid" and blamed in ADDRESS_FIELDS else status


def error_type(key: str | None) -> Label:
    """The words for a class of error; an unlisted one is "Not known"."""
    return ERROR_TYPES.get(key or "unknown") or Label(plain(key or ""), "wait", "help-hexagon")


def platform(slug: str) -> PlatformLabel:
    """Name and mark of a platform; one we have no row for shows its slug and a globe."""
    return PLATFORMS.get(slug) or PlatformLabel(plain(slug), "world")


def plain(key: str) -> str:
    """`changes_requested` → "Changes requested": the last resort for a key without a row."""
    return (key[:1].upper() + key[1:]).replace("_", " ").replace("-", " ")


def tables() -> list[Label | PlatformLabel]:
    """Every label there is: what the tests hold against the icon sprite."""
    own = [label for rows in BY_NOUN.values() for label in rows.values()]
    return [*STATUS.values(), *own, *ERROR_TYPES.values(), *PLATFORMS.values(), NOT_KNOWN]
