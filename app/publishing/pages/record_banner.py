"""What stands on top of a record's page: what happened, why, what to do next. Pure; no error without a next step.

In: the record's facts. Out: `Notice` with the keys of its buttons (the template knows where they lead).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.platforms.blame import WORDS
from app.platforms.compare import is_severe

ACTIONS = (
    "open", "reconnect", "edit", "replay", "others", "release", "account", "resend", "reschedule", "cancel", "answer", "why", "withdraw",
)  # fmt: skip


@dataclass(frozen=True)
class BannerFacts:
    """What the notice is made of. `platform` is its name for people; `said` the platform's own words, redacted."""

    key: str
    platform: str
    account: str
    error_type: str | None = None
    said: str = ""
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
    twins: int = 0
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


def notice(case: BannerFacts) -> Banner | None:
    """The notice, or None when the badge says it all (scheduled, published without trouble)."""
    makers = {
        "failed": _failed, "needs_look": _asks, "unknown": _checking, "held": _held, "retrying": _retrying,
        "confirming": _confirming, "success": _success,
    }  # fmt: skip
    maker = _alarm if case.alarm else makers.get(case.key)
    return maker(case) if maker else None


def _alarm(case: BannerFacts) -> Banner:
    if case.twins > 1:
        return _twice(case)
    text = f"{case.alarm} Look at {case.platform}, withdraw there what is too much, then release the hold."
    return Banner("bad", "alert-triangle", "Something is wrong with how it went out", text, ("release",))


def _twice(case: BannerFacts) -> Banner:
    text = (
        f"{case.platform} shows a second post of this record: it was sent again, and the first one appeared after all."
    )
    todo = "Withdraw one, or release the hold if both may stay."
    return Banner("bad", "alert-triangle", "It is there twice", f"{text} {todo}", ("withdraw", "release"))


def _said(case: BannerFacts) -> str:
    return f" It said: “{case.said.rstrip('.')}”." if case.said else ""


def _others(case: BannerFacts) -> str:
    if not case.others:
        return ""
    return f" {case.others} other {'record' if case.others == 1 else 'records'} on this account failed for the same reason."


def _failed(case: BannerFacts) -> Banner:
    who, more = case.platform, ("others",) if case.others else ()
    if case.given_up:
        return Banner(
            "idle",
            "flag",
            "Given up by a person",
            "It counts as not published. Replay it if you changed your mind; we look first whether it is there.",
            ("replay",),
        )
    if case.blame in WORDS:
        return _blamed(case, more)
    if case.error_type == "auth_failed":
        text = f"Replaying will not help until somebody signs in again for {case.account}.{_said(case)}{_others(case)}"
        if case.account_usable:
            return Banner(
                "bad",
                "plug-connected-x",
                f"{who} did not accept our sign-in",
                f"The account counts as connected now, so it can be sent again.{_said(case)}{_others(case)}",
                ("replay", *more),
            )
        return Banner(
            "bad",
            "plug-connected-x",
            f"{who} no longer accepts our sign-in",
            text,
            ("reconnect", *more),
            why_not="Reconnect the account first.",
        )
    if case.error_type == "content_rejected":
        return Banner(
            "bad",
            "ban",
            f"{who} refused this content",
            f"Sending the same again would be refused again.{_said(case)} Change the text or the pictures, have it approved, and schedule the new version.",
            ("edit", "replay", *more),
        )
    if case.error_type == "invalid_parameters":
        return Banner(
            "bad",
            "circle-x",
            f"{who} could not take this post as it is",
            f"Something in it does not fit.{_said(case)} Correct the content and schedule the new version.",
            ("edit", "replay", *more),
        )
    return _failed_by_weather(case, more)


def _blamed(case: BannerFacts, more: tuple[str, ...]) -> Banner:
    """A refusal that neither another text nor, mostly, another sign-in would mend."""
    words = WORDS[case.blame]
    button = "reconnect" if words.mends else "account"
    again = " The account counts as connected now, so it can be sent again." if case.account_usable else ""
    return Banner(
        "bad",
        "plug-connected-x",
        words.title.format(case.platform),
        f"{words.text.format(case.platform, case.account)}{_said(case)}{again}{_others(case)}",
        ("replay", *more) if case.account_usable else (button, *more),
        why_not="" if case.account_usable else "The account cannot post now.",
    )


def _failed_by_weather(case: BannerFacts, more: tuple[str, ...]) -> Banner:
    who, tries = case.platform, f"{case.tries} {'try' if case.tries == 1 else 'tries'}"
    look = " It was unclear once, so we look first whether it is there." if case.was_unknown else ""
    titles = {
        "network_timeout": (
            "wifi-off",
            f"{who} could not be reached",
            f"We gave up after {tries}; nothing was posted.",
        ),
        "rate_limit": (
            "clock-exclamation",
            f"{who} asked us to slow down for too long",
            f"We gave up after {tries}; nothing was posted.",
        ),
    }
    icon, title, text = titles.get(
        case.error_type or "", ("alert-triangle", f"{who} had a problem", f"We gave up after {tries}.")
    )
    return Banner(
        "bad",
        icon,
        title,
        f"{text}{_said(case)} Replay it when {who} works again.{look}{_others(case)}",
        ("replay", *more),
    )


def _asks(case: BannerFacts) -> Banner:
    sent = (
        f"We sent it, but no answer told us whether {case.platform} took it, and nobody but you can look.{_said(case)}"
    )
    restored = "It was due in a backup that was restored since, so it may have gone out, and nobody but you can look."
    if case.candidates:
        found = (
            "a post that is nearly this one"
            if case.candidates == 1
            else f"{case.candidates} posts that are nearly this one"
        )
        text = f"{case.platform} has {found}, but not surely. Compare and say which it is. Until then nothing is sent again."
        return Banner("wait", "help-hexagon", "Is this post out?", text, ("answer",))
    todo = f"Open the account {case.account} and see whether the post is there, then say so here."
    text = f"{sent if case.tries else restored} {todo} Until then nothing is sent again."
    return Banner("wait", "help-hexagon", "Is this post out?", text, ("answer",))


def _checking(case: BannerFacts) -> Banner:
    barred = " It was cancelled meanwhile, so it is not sent again." if case.barred else ""
    doubt = (
        f"{case.platform} gave no clear answer."
        if case.tries
        else "It may have gone out since the backup that was restored."
    )
    return Banner(
        "run",
        "help-hexagon",
        "We are finding out whether this is out",
        f"{doubt} We look for the post by ourselves and send nothing twice.{barred} The next look is",
        ("cancel",) if not case.barred else (),
        case.next_at,
    )


def _held(case: BannerFacts) -> Banner:
    note = f" “{case.hold_note.rstrip('.')}”." if case.hold_note else ""
    return Banner(
        "wait",
        "hand-stop",
        f"On hold: {case.held_because[:1].lower()}{case.held_because[1:]}",
        f"Nothing goes out while the hold stands.{note} Release it, or cancel this publish.",
        ("release", "cancel"),
    )


def _retrying(case: BannerFacts) -> Banner:
    words = {
        "network_timeout": f"{case.platform} could not be reached", "rate_limit": f"{case.platform} asked us to wait",
        "platform_error": f"{case.platform} had a problem",
    }  # fmt: skip
    title = words.get(case.error_type or "", "It is tried again")
    return Banner(
        "wait",
        "rotate-clockwise",
        title,
        f"Nothing was posted, so trying again is safe.{_said(case)} The next try is",
        ("cancel",),
        case.next_at,
    )


def _confirming(case: BannerFacts) -> Banner:
    return Banner(
        "run",
        "loader-2",
        f"{case.platform} has it and is still working on it",
        "It becomes visible when the platform is ready. We look again",
        (),
        case.next_at,
    )


def _success(case: BannerFacts) -> Banner | None:
    if not case.barred:
        return _differs(case) if case.remarks else None
    return Banner(
        "wait",
        "alert-triangle",
        "It went out although it was cancelled",
        "The cancel came after it had been sent. Take it down on the platform if it must not stay.",
        ("open",),
    )


def _differs(case: BannerFacts) -> Banner:
    """It is out, but not as it was sent (docs/delivery.md: the answer is compared with what was sent)."""
    grave = any(is_severe(one) for one in case.remarks)
    listed = "; ".join([case.remarks[0], *(one[:1].lower() + one[1:] for one in case.remarks[1:])])
    todo = " Take it down on the platform if it must not stay so." if grave else ""
    return Banner(
        "bad" if grave else "wait",
        "alert-triangle",
        f"{case.platform} published it, but not as it was sent",
        f"{listed}.{todo}",
        ("open",),
    )
