"""What may follow a recorded action: its name → jobs, each called with the id of the thing it was about (the record's, the account's).

`audit.deliver_event` runs the job and notes that it was handled; the sweeper rings again what was not, so a job here must bear
being run twice. Notices follow actions too: each room declares its own (`app.core.notices`).
"""

from __future__ import annotations

REACTIONS: dict[str, tuple[str, ...]] = {
    "content.save_version": ("reviews.supersede",),
    "content.plan_under_review": ("reviews.supersede",),
    "accounts.left_active": ("publishing.follow_account",),
    "accounts.came_back": ("publishing.follow_account",),
}
