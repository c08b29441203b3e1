"""From a thing that happened to the people who should know. Called by the job that follows a recorded action; bears being run
twice, because the notice's key names the thing and its round."""

from __future__ import annotations

from app.core.notices import KINDS
from app.notifications.actions.inbox import forget, tell


def notify(kind: str, thing_id: str) -> int:
    """Leave the notice of this kind about the thing. Returns how many people are told anew, 0 when it has moved on meanwhile.

    Raises KeyError for a kind that no room declares.
    """
    notice = KINDS[kind].make(thing_id)
    if notice is None:
        return 0
    informed = forget(notice.replaces) if notice.replaces else []
    return tell([*notice.people, *informed], kind, notice)
