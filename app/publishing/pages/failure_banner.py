"""The banner of a record that failed: why, and whether sending it again helps. Pure."""

from __future__ import annotations

from app.platforms.blame import WORDS
from app.publishing.pages.banner_parts import Banner, BannerFacts, others, quote


def failure(case: BannerFacts) -> Banner:
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
        return _failed_by_account(case, more)
    if case.error_type == "auth_failed":
        text = f"Replaying will not help until somebody signs in again for {case.account}.{quote(case)}{others(case)}"
        if case.account_usable:
            return Banner(
                "bad",
                "plug-connected-x",
                f"{who} did not accept our sign-in",
                f"The account counts as connected now, so it can be sent again.{quote(case)}{others(case)}",
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
            f"Sending the same again would be refused again.{quote(case)} Change the text or the pictures, have it approved, and schedule the new version.",
            ("edit", "replay", *more),
        )
    if case.error_type == "invalid_parameters":
        return Banner(
            "bad",
            "circle-x",
            f"{who} could not take this post as it is",
            f"Something in it does not fit.{quote(case)} Correct the content and schedule the new version.",
            ("edit", "replay", *more),
        )
    return _failed_by_outage(case, more)


def _failed_by_account(case: BannerFacts, more: tuple[str, ...]) -> Banner:
    """A refusal that neither another text nor, mostly, another sign-in would mend."""
    words = WORDS[case.blame]
    button = "reconnect" if words.mends else "account"
    again = " The account counts as connected now, so it can be sent again." if case.account_usable else ""
    return Banner(
        "bad",
        "plug-connected-x",
        words.title.format(case.platform),
        f"{words.text.format(case.platform, case.account)}{quote(case)}{again}{others(case)}",
        ("replay", *more) if case.account_usable else (button, *more),
        why_not="" if case.account_usable else "The account cannot post now.",
    )


def _failed_by_outage(case: BannerFacts, more: tuple[str, ...]) -> Banner:
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
        f"{text}{quote(case)} Replay it when {who} works again.{look}{others(case)}",
        ("replay", *more),
    )
