"""What notices say. Pure: facts in, a `Said` out; its key makes telling twice harmless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

LONGEST_TITLE = 80


class Kind(NamedTuple):
    """A kind of notice: its word in the filter, and the icon of its dot."""

    word: str
    icon: str


KINDS = {
    "record_failed": Kind("Failed posts", "circle-x"),
    "record_asks": Kind("Questions", "help-hexagon"),
    "account_left": Kind("Accounts", "plug-connected-x"),
    "account_expires": Kind("Ending sign-ins", "clock-exclamation"),
    "review_asked": Kind("Asked for review", "inbox"),
    "review_decided": Kind("Decided", "user-check"),
    "review_undone": Kind("Decision undone", "arrow-back-up"),
}


@dataclass(frozen=True, slots=True)
class NotificationText:
    """One thing to know: the headline, why and what next, the way there."""

    kind: str
    title: str
    body: str
    url: str
    tone: str
    key: str
    entity_type: str
    entity_id: str


def short(title: str) -> str:
    """A title in quotes, cut where it is too long."""
    title = title.strip() or "Untitled"
    return f"“{title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + '…'}”"


def record_failed(
    record_id: str, url: str, title: str, platform: str, error: str, message: str, generation: int
) -> NotificationText:
    """A record that was given up."""
    body = (
        f"{error}. {message}".strip().rstrip(".") + "."
        if error or message
        else "Open it to see every attempt and the next step."
    )
    return NotificationText(
        "record_failed",
        f"{platform} did not take {short(title)}",
        body,
        url,
        "bad",
        f"failed:{record_id}:{generation}",
        "publish_records",
        record_id,
    )


def many_failed(hour: str, least: int) -> NotificationText:
    """So many failures that single notices would hide everything else: one an hour."""
    return NotificationText(
        "record_failed", "Many posts fail", f"More than {least} posts were given up within an hour. Filter the records by error, and replay them together.",
        "/records?view=needs-action", "bad", f"many-failed:{hour}", "publish_records", "",
    )  # fmt: skip


def record_asks(record_id: str, url: str, title: str, platform: str, generation: int) -> NotificationText:
    """An unknown outcome that only a person can settle."""
    return NotificationText(
        "record_asks", f"Is {short(title)} out on {platform}?", "No answer came, and the desk cannot find out by itself. Please look and say.",
        url, "wait", f"asks:{record_id}:{generation}", "publish_records", record_id,
    )  # fmt: skip


def account_left(account_id: str, url: str, name: str, platform: str, why: str, moment: str) -> NotificationText:
    """An account that no longer works."""
    body = f"{why} Reconnect it, and what waits goes on.".strip()
    return NotificationText(
        "account_left",
        f"{platform} account {name} stopped working",
        body,
        url,
        "bad",
        f"left:{account_id}:{moment}",
        "platform_credentials",
        account_id,
    )


def account_expires(account_id: str, url: str, name: str, platform: str, on: str) -> NotificationText:
    """An account whose sign-in ends soon."""
    return NotificationText(
        "account_expires", f"The sign-in of {name} on {platform} ends soon", f"It ends on {on}. Reconnect it before then, and nothing has to wait.",
        url, "wait", f"expires:{account_id}:{on}", "platform_credentials", account_id,
    )  # fmt: skip


def review_asked(request_id: str, url: str, title: str, asker: str, round_no: int) -> NotificationText:
    """Something waits for a reviewer."""
    return NotificationText(
        "review_asked",
        f"{short(title)} waits for review",
        f"{asker} asked for it.",
        url,
        "wait",
        f"asked:{request_id}:{round_no}",
        "approval_requests",
        request_id,
    )


def review_undone(request_id: str, title: str, round_no: int) -> NotificationText:
    """A decision that one was told of does not hold any more."""
    return NotificationText(
        "review_undone", f"The decision on {short(title)} was undone", "It is in review again; you hear when somebody has decided anew.",
        f"/reviews/{request_id}", "wait", f"undone:{request_id}:{round_no}", "approval_requests", request_id,
    )  # fmt: skip


def review_decided(
    request_id: str, url: str, title: str, decision: str, who: str, reason: str, round_no: int
) -> NotificationText:
    """What became of one's request."""
    word, tone = {
        "approved": ("was approved", "ok"),
        "rejected": ("was rejected", "bad"),
        "changes_requested": ("needs changes", "wait"),
    }.get(decision, (f"is {decision.replace('_', ' ')}", "idle"))
    body = f"By {who}." + (f" {reason}" if reason else "") if who else reason
    return NotificationText(
        "review_decided",
        f"{short(title)} {word}",
        body,
        url,
        tone,
        f"decided:{request_id}:{round_no}:{decision}",
        "approval_requests",
        request_id,
    )
