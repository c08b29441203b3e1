"""What may follow a recorded action: its name → jobs, each called with the id of the thing it was about (the record's, the account's).

`audit.deliver_event` runs the job and notes that it was handled; the sweeper rings again what was not, so a job here must bear
being run twice.
"""

from __future__ import annotations

REACTIONS: dict[str, tuple[str, ...]] = {
    "content.save_version": ("reviews.supersede",),
    "content.plan_under_review": ("reviews.supersede",),
    "accounts.left_active": ("publishing.follow_account", "notifications.tell_of_account"),
    "accounts.came_back": ("publishing.follow_account",),
    "accounts.expires_soon": ("notifications.tell_of_expiry",),
    "publishing.failed": ("notifications.tell_of_record",),
    "publishing.asks": ("notifications.tell_of_record",),
    "reviews.ask": ("notifications.tell_of_review",),
    "reviews.approve": ("notifications.tell_of_decision",),
    "reviews.reject": ("notifications.tell_of_decision",),
    "reviews.request_changes": ("notifications.tell_of_decision",),
    "reviews.undo": ("notifications.tell_of_undo",),
}
