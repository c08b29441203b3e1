"""What reviews write into the history, in people's words."""

from __future__ import annotations

from app.audit.words import say

say("reviews.ask", "Asked for a review", "inbox", "wait")
say("reviews.open", "Opened by a reviewer", "eye", "wait")
say("reviews.approve", "Approved", "user-check", "ok")
say("reviews.reject", "Rejected", "ban", "bad")
say("reviews.request_changes", "Changes requested", "pencil", "wait")
say("reviews.withdraw", "Withdrawn by the author", "arrow-back-up", "idle")
say("reviews.undo", "Decision undone", "arrow-back-up", "idle")
say("reviews.expire", "Expired without a decision", "clock-exclamation", "idle")
say("reviews.supersede", "Ended: a newer version was saved", "replace", "idle")
say("reviews.comment", "Commented", "message-circle", "idle")
