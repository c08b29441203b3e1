"""What stands on top of a record's page: what happened, why, what to do next. Pure; no error without a next step.

In: the record's facts. Out: `Banner` with the keys of its buttons (the template knows where they lead).
"""

from __future__ import annotations

from app.platforms.compare import is_severe
from app.publishing.pages.banner_parts import Banner, BannerFacts, quote
from app.publishing.pages.failure_banner import failure

ACTIONS = (
    "open", "reconnect", "edit", "replay", "others", "release", "account", "resend", "reschedule", "cancel", "answer", "why", "withdraw",
)  # fmt: skip


def banner(case: BannerFacts) -> Banner | None:
    """The banner, or None when the badge says it all (scheduled, published without trouble)."""
    makers = {
        "failed": failure, "needs_look": _asks, "unknown": _checking, "held": _hold, "retrying": _retrying,
        "confirming": _confirming, "success": _success,
    }  # fmt: skip
    maker = _alarm if case.alarm else makers.get(case.key)
    return maker(case) if maker else None


def _alarm(case: BannerFacts) -> Banner:
    if case.duplicates > 1:
        return _duplicate(case)
    text = f"{case.alarm} Look at {case.platform}, withdraw there what is too much, then release the hold."
    return Banner("bad", "alert-triangle", "Something is wrong with how it went out", text, ("release",))


def _duplicate(case: BannerFacts) -> Banner:
    text = (
        f"{case.platform} shows a second post of this record: it was sent again, and the first one appeared after all."
    )
    todo = "Withdraw one, or release the hold if both may stay."
    return Banner("bad", "alert-triangle", "It is there twice", f"{text} {todo}", ("withdraw", "release"))


def _asks(case: BannerFacts) -> Banner:
    sent = (
        f"We sent it, but no answer told us whether {case.platform} took it, and nobody but you can look.{quote(case)}"
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


def _hold(case: BannerFacts) -> Banner:
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
        f"Nothing was posted, so trying again is safe.{quote(case)} The next try is",
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
