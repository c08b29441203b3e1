"""What a banner of a record is made of, and what it consists of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.platforms.blame import sentence


@dataclass(frozen=True)
class BannerFacts:
    """What the banner is made of. `platform` is its name for people; `message` the platform's words, redacted, or with `own_words`
    a sentence of ours."""

    key: str
    platform: str
    account: str
    error_type: str | None = None
    message: str = ""
    own_words: bool = False
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
    """What is known about the cause, after a space."""
    return f" {sentence(case.message, own_words=case.own_words)}" if case.message else ""


def others(case: BannerFacts) -> str:
    if not case.others:
        return ""
    return f" {case.others} other {'record' if case.others == 1 else 'records'} on this account failed for the same reason."


def is_quote(attempt: Any) -> bool:
    """Whether the message of an attempt is the platform's own: it answered, and the answer had words."""
    return bool(attempt.http_status) and not (attempt.response or {}).get("own_words")
