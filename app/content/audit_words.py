"""What happens to content, in people's words."""

from __future__ import annotations

from app.audit.words import Words, declare

declare(
    "content",
    {
        "create_item": Words("Content written", "plus"),
        "save_version": Words("New version saved", "pencil"),
        "to_review": Words("Sent to review", "inbox", "wait"),
        "set_approved": Words("Approved version set", "user-check", "ok"),
        "set_needs_revision": Words("Changes requested", "pencil", "wait"),
        "set_rejected": Words("Rejected", "ban", "bad"),
        "back_to_draft": Words("Back to draft", "arrow-back-up"),
        "back_to_review": Words("Back to review", "arrow-back-up", "wait"),
        "plan": Words("Plan changed", "clock"),
        "plan_under_review": Words("Plan changed: the review ended", "clock", "wait"),
        "archive": Words("Archived", "archive"),
        "restore": Words("Taken back from the archive", "archive"),
        "add_picture": Words("Picture added", "plus"),
        "describe": Words("Kind, campaign or tags changed", "tag"),
        "derive_scheduled": Words("Now scheduled", "clock", "plan"),
        "derive_published": Words("Now published", "circle-check", "ok"),
        "derive_approved": Words("Back to approved: nothing is scheduled any more", "user-check", "plan"),
    },
    nouns={"content_items": "Content", "artifacts": "Version", "content_assets": "Asset"},
)
