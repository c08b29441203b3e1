"""What a campaign lets go out. One pure rule, asked at scheduling, at moving, at replay and for "why is this not going out?".

In: the campaign's frame, the moment a post is meant for (None: now), the database's time, and the zone for the words.
Out: what stands against it, as (field, sentence); None when nothing does. The dispatch asks the same in SQL (`BARRED`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.web import times

CLOSED = {"stopped": "was stopped", "completed": "is completed"}

# Campaign `g`, job `k`, record `r`: what must not go out. From `start_time` on, and until, not including, `end_time`.
BARRED = """(g.status <> 'active' OR g.deleted_at IS NOT NULL OR g.start_time > app_now() OR g.end_time <= app_now()
    OR (jsonb_array_length(g.target_platforms) > 0 AND NOT g.target_platforms @> to_jsonb(r.platform)
      AND NOT coalesce(k.metadata -> 'off_target', '[]') @> to_jsonb(r.platform)))"""


@dataclass(frozen=True, slots=True)
class Frame:
    """The facts of a campaign that decide: no `targets` means any platform."""

    name: str
    status: str = "active"
    targets: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    is_removed: bool = False

    def outside(self, now: datetime) -> str:
        """ "has not started yet", "has ended", or "" while it is within its time."""
        if self.end is not None and self.end <= now:
            return "has ended"
        return "has not started yet" if self.start is not None and self.start > now else ""

    def strangers(self, platforms: Iterable[str]) -> list[str]:
        """Those of the platforms that the campaign does not use."""
        return sorted({p for p in platforms if p not in self.targets}) if self.targets else []


def objection(frame: Frame, at: datetime | None, now: datetime, zone: str) -> tuple[str, str] | None:
    """What the campaign says against a post at that moment. A paused one may be scheduled: its posts wait, held."""
    called = f"The campaign “{frame.name}”"
    if frame.is_removed or frame.status in CLOSED:
        word = CLOSED.get(frame.status, "was removed")
        return "", f"{called} {word}, so nothing of it goes out. Choose another campaign for this post, or none."
    if frame.status == "draft":
        return "", f"{called} is a draft, and a draft sends nothing. Start it on its page first; the plan is kept."
    moment = max(at or now, now)
    if frame.end is not None and frame.end <= now:
        ended = describe_moment(frame.end, zone)
        return "", f"{called} ended on {ended}. Move its end on its page, or choose another campaign for this post."
    if frame.end is not None and frame.end <= moment:
        return (
            "at",
            f"{called} ends on {describe_moment(frame.end, zone)}; nothing goes out from then on. Choose an earlier time.",
        )
    if frame.start is not None and moment < frame.start:
        return "at", f"{called} starts on {describe_moment(frame.start, zone)}. Choose that time or a later one."
    return None


def waiting_reason(frame: Frame, platform: str, let_pass: Iterable[str], now: datetime) -> str:
    """Why a record that was scheduled is not let out; "" when the campaign lets it. A sentence without its full stop."""
    if frame.is_removed or frame.status in CLOSED:
        return f"The campaign {CLOSED.get(frame.status, 'was removed')}: nothing more of it goes out"
    if frame.status != "active":
        return f"The campaign is {'a draft' if frame.status == 'draft' else frame.status}: it waits until it runs"
    if outside := frame.outside(now):
        return f"The campaign {outside}"
    if platform not in let_pass and frame.strangers([platform]):
        return "The campaign no longer uses this platform: add it there again, or cancel this"
    return ""


def describe_moment(moment: datetime, zone: str) -> str:
    """A moment in words, in the zone that the person typed in."""
    where = times.zone(zone)
    local = moment.astimezone(where)
    return f"{local.day} {local:%B %Y, %H:%M} ({where.key})"
