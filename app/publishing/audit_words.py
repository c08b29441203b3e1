"""What happens to jobs and records, in people's words."""

from __future__ import annotations

from app.audit.words import Words, declare

declare(
    "publishing",
    {
        "schedule": Words("Scheduled", "clock", "plan"),
        "reschedule": Words("Moved to another time", "clock", "plan"),
        "cancel": Words("Cancelled", "circle-minus"),
        "hold": Words("Put on hold", "hand-stop", "wait"),
        "release": Words("Hold released", "player-play", "ok"),
        "succeeded": Words("Published", "circle-check", "ok"),
        "failed": Words("Publishing failed", "circle-x", "bad"),
        "unsure": Words("The outcome is not known", "help-hexagon", "wait"),
        "asks": Words("A person has to look", "help-hexagon", "wait"),
        "invariant": Words("Alarm: something is wrong with how it went out", "alert-triangle", "bad"),
        "accepted": Words("The platform took it and is still working on it", "clock", "run"),
        "put_off": Words("Put off: it is tried again later", "clock", "wait"),
        "sends_again": Words("Not there: it is sent again", "rotate-clockwise", "run"),
        "cancelled": Words("Cancelled while it was on its way", "circle-minus"),
        "waive_limits": Words("The limits of the account were waived once", "player-play", "wait"),
        "swept": Words("Taken up again after its worker had stopped", "rotate-clockwise", "wait"),
        "withdraw": Words("Asked to withdraw one of two posts", "arrow-back-up", "wait"),
        "withdrawn": Words("One of two posts withdrawn", "arrow-back-up", "ok"),
        "not_withdrawn": Words("Withdrawing failed", "alert-triangle", "bad"),
        "clock_jumped": Words("The database's clock jumped", "clock-exclamation", "wait"),
        "replay": Words("Tried once more by a person", "rotate-clockwise", "run"),
        "settled_there": Words("Said that it is there", "user-check", "ok"),
        "settled_send_again": Words("Said that it is not there: send it again", "rotate-clockwise", "run"),
        "settled_give_up": Words("Said that it is not there: given up", "circle-x", "bad"),
        "restored": Words("The desk was restored from a backup", "hand-stop", "wait"),
    },
    nouns={"publish_jobs": "Publish job", "publish_records": "Publish record", "publish_holds": "Hold"},
)
