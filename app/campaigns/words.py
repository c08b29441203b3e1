"""What campaigns write into the history, in people's words."""

from __future__ import annotations

from app.audit.words import say

say("campaigns.create", "Campaign created", "plus", "idle")
say("campaigns.edit", "Campaign changed", "pencil", "idle")
say("campaigns.start", "Campaign started", "player-play", "ok")
say("campaigns.pause", "Campaign paused", "player-pause", "wait")
say("campaigns.resume", "Campaign resumed", "player-play", "ok")
say("campaigns.stop", "Campaign stopped", "player-stop", "bad")
say("campaigns.complete", "Campaign completed", "circle-check", "ok")
