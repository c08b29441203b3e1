"""What happens to reviews, in people's words."""

from __future__ import annotations

from app.audit.words import Words, declare

declare(
    "reviews",
    {
        "ask": Words("Asked for a review", "inbox", "wait"),
        "open": Words("Opened by a reviewer", "eye", "wait"),
        "approve": Words("Approved", "user-check", "ok"),
        "reject": Words("Rejected", "ban", "bad"),
        "request_changes": Words("Changes requested", "pencil", "wait"),
        "withdraw": Words("Withdrawn by the author", "arrow-back-up", "idle"),
        "undo": Words("Decision undone", "arrow-back-up", "idle"),
        "expire": Words("Expired without a decision", "clock-exclamation", "idle"),
        "supersede": Words("Ended: a newer version was saved", "replace", "idle"),
        "comment": Words("Commented", "message-circle", "idle"),
    },
    nouns={"approval_requests": "Review", "review_decisions": "Decision"},
)
