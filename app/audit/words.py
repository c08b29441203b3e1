"""Actions and tables in people's words. Rooms above add theirs with `say()` when they are imported. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    sentence: str
    icon: str = ""
    tone: str = ""


ACTORS = {
    "human": "People",
    "system": "Pressroom itself",
    "planner": "Planner agents",
    "worker": "Worker agents",
    "judge": "Judge agents",
}
SEVERITY_WORDS = {"info": "Information", "warning": "Warning", "error": "Error"}
NOUNS = {
    "users": "Staff", "user_sessions": "Session", "staff_invites": "Invitation", "password_resets": "Password link",
    "content_items": "Content", "artifacts": "Version", "content_assets": "Asset", "approval_requests": "Review",
    "review_decisions": "Decision", "publish_jobs": "Publish job", "publish_records": "Publish record", "publish_holds": "Hold",
    "platform_credentials": "Account", "campaigns": "Campaign", "agents": "Agent", "tasks": "Task",
    "system_config": "Setting", "saved_views": "Saved view", "notifications": "Notice", "backups": "Backup", "audit_log": "Audit", "clock_state": "Clock",
}  # fmt: skip
FIELDS = {"full_name": "Name", "email": "E-mail", "is_active": "Active", "id": "Id", "url": "Link"}
# Rooms that have said nothing themselves; `say()` wins.
_SAID: dict[str, Words] = {
    "audit.acknowledge": Words("Acknowledged that the database was put back", "history", "wait"),
    "audit.begin_roots": Words("Began a new file of roots outside the database", "history", "wait"),
    "content.create_item": Words("Content written", "plus"),
    "content.save_version": Words("New version saved", "pencil"),
    "content.to_review": Words("Sent to review", "inbox", "wait"),
    "content.set_approved": Words("Approved version set", "user-check", "ok"),
    "content.set_needs_revision": Words("Changes requested", "pencil", "wait"),
    "content.set_rejected": Words("Rejected", "ban", "bad"),
    "content.back_to_draft": Words("Back to draft", "arrow-back-up"),
    "content.back_to_review": Words("Back to review", "arrow-back-up", "wait"),
    "content.plan": Words("Plan changed", "clock"),
    "content.plan_under_review": Words("Plan changed: the review ended", "clock", "wait"),
    "content.archive": Words("Archived", "archive"),
    "content.restore": Words("Taken back from the archive", "archive"),
    "content.add_picture": Words("Picture added", "plus"),
    "content.describe": Words("Kind, campaign or tags changed", "tag"),
    "content.derive_scheduled": Words("Now scheduled", "clock", "plan"),
    "content.derive_published": Words("Now published", "circle-check", "ok"),
    "content.derive_approved": Words("Back to approved: nothing is scheduled any more", "user-check", "plan"),
    "publishing.schedule": Words("Scheduled", "clock", "plan"),
    "publishing.reschedule": Words("Moved to another time", "clock", "plan"),
    "publishing.cancel": Words("Cancelled", "circle-minus"),
    "publishing.hold": Words("Put on hold", "hand-stop", "wait"),
    "publishing.release": Words("Hold released", "player-play", "ok"),
    "publishing.succeeded": Words("Published", "circle-check", "ok"),
    "publishing.failed": Words("Publishing failed", "circle-x", "bad"),
    "publishing.unsure": Words("The outcome is not known", "help-hexagon", "wait"),
    "publishing.asks": Words("A person has to look", "help-hexagon", "wait"),
    "publishing.invariant": Words("Alarm: something is wrong with how it went out", "alert-triangle", "bad"),
    "publishing.accepted": Words("The platform took it and is still working on it", "clock", "run"),
    "publishing.put_off": Words("Put off: it is tried again later", "clock", "wait"),
    "publishing.sends_again": Words("Not there: it is sent again", "rotate-clockwise", "run"),
    "publishing.cancelled": Words("Cancelled while it was on its way", "circle-minus"),
    "publishing.waive_limits": Words("The limits of the account were waived once", "player-play", "wait"),
    "publishing.swept": Words("Taken up again after its worker had stopped", "rotate-clockwise", "wait"),
    "publishing.withdraw": Words("Asked to withdraw one of two posts", "arrow-back-up", "wait"),
    "publishing.withdrawn": Words("One of two posts withdrawn", "arrow-back-up", "ok"),
    "publishing.not_withdrawn": Words("Withdrawing failed", "alert-triangle", "bad"),
    "publishing.clock_jumped": Words("The database's clock jumped", "clock-exclamation", "wait"),
    "publishing.replay": Words("Tried once more by a person", "rotate-clockwise", "run"),
    "publishing.settled_there": Words("Said that it is there", "user-check", "ok"),
    "publishing.settled_send_again": Words("Said that it is not there: send it again", "rotate-clockwise", "run"),
    "publishing.settled_give_up": Words("Said that it is not there: given up", "circle-x", "bad"),
    "vault.connect": Words("Account connected", "plus"),
    "vault.reconnect": Words("Account connected again", "rotate-clockwise"),
    "vault.verify": Words("Account checked", "circle-check", "ok"),
    "vault.came_back": Words("Account works", "circle-check", "ok"),
    "vault.left_active": Words("Account stopped", "player-pause", "wait"),
    "vault.breaker_open": Words("Account paused after errors in a row", "player-pause", "wait"),
    "vault.expires_soon": Words("Sign-in expires soon", "clock-exclamation", "wait"),
    "vault.rename": Words("Account renamed", "pencil"),
    "vault.set_rules": Words("Posting rules changed", "pencil"),
    "vault.rotate_key": Words("Sealed under the newest key", "lock"),
    "vault.rotate_keys": Words("Secrets sealed under the newest key", "lock"),
    "operations.set": Words("Setting changed", "settings"),
    "operations.save_view": Words("View saved", "bookmark"),
    "operations.rename_view": Words("View renamed", "pencil"),
    "operations.delete_view": Words("View deleted", "bookmark"),
    "operations.backup": Words("Backup taken", "archive"),
    "publishing.restored": Words("The desk was restored from a backup", "hand-stop", "wait"),
    "sql.insert": Words("Row added by plain SQL", "database", "wait"),
    "sql.update": Words("Row changed by plain SQL", "database", "wait"),
    "sql.delete": Words("Row deleted by plain SQL", "database", "bad"),
    "web.refused": Words("Access refused", "lock", "wait"),
}
_ICONS = {
    "create": "plus", "add": "plus", "approve": "user-check", "reject": "ban", "request_changes": "pencil", "save_version": "pencil",
    "schedule": "clock", "publish": "send", "cancel": "circle-minus", "hold": "hand-stop", "release": "player-play",
    "sign_in": "user-check", "sign_out": "logout", "archive": "archive", "undo": "arrow-back-up", "replay": "rotate-clockwise",
}  # fmt: skip


def say(action: str, sentence: str, icon: str = "", tone: str = "") -> None:
    """Give an action its words; `icon` from the sprite, `tone` one of idle, wait, plan, run, ok, bad."""
    _SAID[action] = Words(sentence, icon, tone)


def is_said(action: str) -> bool:
    """Whether a room gave the action its words."""
    return action in _SAID


def sentence(action: str) -> str:
    """`accounts.change_role` → "Role changed" where somebody said so, else "Change role"."""
    if action in _SAID:
        return _SAID[action].sentence
    return _plain(action.rpartition(".")[2])


def icon(action: str, severity: str = "info", success: bool = True) -> str:
    """The icon of its dot."""
    if not success or severity == "error":
        return "circle-x"
    if severity == "warning":
        return "alert-triangle"
    own = _SAID[action].icon if action in _SAID else ""
    return own or _ICONS.get(action.rpartition(".")[2], "point")


def tone(action: str, severity: str = "info", success: bool = True) -> str:
    """The colour of its dot, as a `st-*` class ending."""
    if severity == "error":
        return "bad"
    if severity == "warning" or not success:
        return "wait"
    return (_SAID[action].tone if action in _SAID else "") or "idle"


def noun(entity_type: str | None) -> str:
    """A table's name as the thing it holds."""
    return NOUNS.get(entity_type or "", _plain(entity_type or ""))


def field_word(name: str) -> str:
    """A column's name as a label."""
    return FIELDS.get(name, _plain(name))


def _plain(key: str) -> str:
    key = key.replace("_", " ").replace(".", " ").strip()
    return key[:1].upper() + key[1:]
