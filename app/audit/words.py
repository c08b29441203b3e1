"""Actions and tables in people's words. Each room declares its own in `audit_words.py`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_NONE: Mapping[str, str] = {}


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
NOUNS = {"audit_log": "Audit", "clock_state": "Clock"}
"""Tables as the things they hold; rooms add theirs."""
FIELDS = {"full_name": "Name", "email": "E-mail", "is_active": "Active", "id": "Id", "url": "Link"}
_WORDS: dict[str, Words] = {}
_CURRENT: dict[str, str] = {}
"""The name that a room once wrote → the name that it writes now."""
_ICONS = {
    "create": "plus", "add": "plus", "approve": "user-check", "reject": "ban", "request_changes": "pencil", "save_version": "pencil",
    "schedule": "clock", "publish": "send", "cancel": "circle-minus", "hold": "hand-stop", "release": "player-play",
    "sign_in": "user-check", "sign_out": "logout", "archive": "archive", "undo": "arrow-back-up", "replay": "rotate-clockwise",
}  # fmt: skip


def declare(
    room: str,
    words: Mapping[str, Words],
    nouns: Mapping[str, str] = _NONE,
    formerly: str = "",
    verbs: Mapping[str, str] = _NONE,
) -> None:
    """Give a room's actions their words: verb → words; `icon` from the sprite, `tone` one of idle, wait, plan, run, ok, bad.

    `nouns`: the room's tables as things. `formerly`: how the room was called when older entries were written; an entry is
    never changed, so its old name is read as the new one (`accounts.sign_in` of a staff member is `staff.sign_in`). `verbs`: whole old names whose verb has
    changed as well.
    """
    for verb, said in words.items():
        _WORDS[f"{room}.{verb}"] = said
        if formerly:
            _CURRENT[f"{formerly}.{verb}"] = f"{room}.{verb}"
    for old, verb in verbs.items():
        _CURRENT[old] = f"{room}.{verb}"
    NOUNS.update(nouns)


def current(action: str) -> str:
    """The name that is written today for a recorded action."""
    return _CURRENT.get(action, action)


def names(action: str) -> list[str]:
    """Every name under which entries of this action may stand in the trail."""
    now = current(action)
    return [now, *(old for old, new in _CURRENT.items() if new == now)]


def is_described(action: str) -> bool:
    """Whether a room gave the action its words."""
    return current(action) in _WORDS


def sentence(action: str) -> str:
    """`staff.change_role` → "Role changed" where a room declared it, else "Change role"."""
    found = _WORDS.get(current(action))
    return found.sentence if found else _plain(action.rpartition(".")[2])


def icon(action: str, severity: str = "info", success: bool = True) -> str:
    """The icon of its dot."""
    if not success or severity == "error":
        return "circle-x"
    if severity == "warning":
        return "alert-triangle"
    found = _WORDS.get(current(action))
    own = found.icon if found else ""
    return own or _ICONS.get(action.rpartition(".")[2], "point")


def tone(action: str, severity: str = "info", success: bool = True) -> str:
    """The colour of its dot, as a `st-*` class ending."""
    if severity == "error":
        return "bad"
    if severity == "warning" or not success:
        return "wait"
    found = _WORDS.get(current(action))
    return (found.tone if found else "") or "idle"


def noun(entity_type: str | None) -> str:
    """A table's name as the thing it holds."""
    return NOUNS.get(entity_type or "", _plain(entity_type or ""))


def field_word(name: str) -> str:
    """A column's name as a label."""
    return FIELDS.get(name, _plain(name))


def _plain(key: str) -> str:
    key = key.replace("_", " ").replace(".", " ").strip()
    return key[:1].upper() + key[1:]


declare(
    "audit",
    {
        "acknowledge": Words("Acknowledged that the database was put back", "history", "wait"),
        "begin_roots": Words("Began a new file of roots outside the database", "history", "wait"),
    },
)
declare(
    "sql",
    {
        "insert": Words("Row added by plain SQL", "database", "wait"),
        "update": Words("Row changed by plain SQL", "database", "wait"),
        "delete": Words("Row deleted by plain SQL", "database", "bad"),
    },
)
