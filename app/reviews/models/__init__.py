"""Tables of reviews: request, decision, comment; and the settings that rule them."""

from __future__ import annotations

from app.core.settings import declare, declare_group
from app.reviews.models.decision import DECISIONS, NEXT_ACTIONS, ReviewComment, ReviewDecision
from app.reviews.models.request import REQUEST, ApprovalRequest
from app.reviews.rules import OPEN, SETTLED

declare_group("reviews", "Reviews", 10, formerly="review")
declare("reviews.self_approval", False, bool, "People may approve what they wrote themselves.", label="Self-approval")
declare("reviews.quorum", 1, int, "How many different reviewers must approve a version.", minimum=1, maximum=5)
declare(
    "reviews.decisions_per_minute",
    10,
    int,
    "How many decisions a reviewer may make in a minute.",
    minimum=1,
    maximum=120,
)
declare(
    "reviews.expires_after_days",
    7,
    int,
    "Days after which an undecided review request expires.",
    minimum=1,
    maximum=90,
    label="A review request expires after",
)
declare("reviews.schedule_on_approval", False, bool, "Approving makes the planned publish job at once.")

__all__ = [
    "DECISIONS",
    "NEXT_ACTIONS",
    "OPEN",
    "REQUEST",
    "SETTLED",
    "ApprovalRequest",
    "ReviewComment",
    "ReviewDecision",
]
