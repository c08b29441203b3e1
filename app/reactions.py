"""What may follow a recorded action: its name → jobs, each called with the id of the thing it was about (the record's, the account's).

`audit.react` runs the job and notes that it was handled; the sweeper rings again what was not, so a job here must bear
being run twice.
"""

from __future__ import annotations

REACTIONS: dict[str, tuple[str, ...]] = {
    "content.save_version": ("reviews.supersede",),
    "content.plan_under_review": ("reviews.supersede",),
    "vault.left_active": ("publishing.follow_account", "operations.tell_of_account"),
    "vault.came_back": ("publishing.follow_account",),
    "vault.expires_soon": ("operations.tell_of_expiry",),
    "publishing.failed": ("operations.tell_of_record",),
    "publishing.asks": ("operations.tell_of_record",),
    "reviews.ask": ("operations.tell_of_review",),
    "reviews.approve": ("operations.tell_of_decision",),
    "reviews.reject": ("operations.tell_of_decision",),
    "reviews.request_changes": ("operations.tell_of_decision",),
    "reviews.undo": ("operations.tell_of_undo",),
}
