"""What a banner of a record is made of, and what it consists of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class BannerFacts:
    """What the banner is made of. `platform` is its name for people; `message` the platform's own words, redacted."""

    key: str
    platform: str
    account: str
    error_type: str | None = None
    message: str = ""
    tries: int = 0
    next_at: datetime | None = None
    others: int = 0
    given_up: bool = False
    barred: bool = False
    account_usable: bool = True
    held_because: str = ""
    hold_note: str = ""
    was_unknown: bool = False
    alarm: str = ""
    candidates: int = 0
    duplicates: int = 0
    blame: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Banner:
    """`at` is a time the text ends with, written in the reader's zone. `why_not` says why "Replay" is not offered."""

    tone: str
    icon: str
    title: str
    text: str
    buttons: tuple[str, ...] = ()
    at: datetime | None = None
    why_not: str = ""


def quote(case: BannerFacts) -> str:
    return f" It said: “{case.message.rstrip('.')}”." if case.message else ""


def others(case: BannerFacts) -> str:
    if not case.others:
        return ""
    return f" {case.others} other {'record' if case.others == 1 else 'records'} on this account failed for the same reason."
