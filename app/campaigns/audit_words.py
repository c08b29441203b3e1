"""What happens to campaigns, in people's words."""

from __future__ import annotations

from app.audit.words import Words, declare

declare(
    "campaigns",
    {
        "create": Words("Campaign created", "plus", "idle"),
        "edit": Words("Campaign changed", "pencil", "idle"),
        "start": Words("Campaign started", "player-play", "ok"),
        "pause": Words("Campaign paused", "player-pause", "wait"),
        "resume": Words("Campaign resumed", "player-play", "ok"),
        "stop": Words("Campaign stopped", "player-stop", "bad"),
        "complete": Words("Campaign completed", "circle-check", "ok"),
    },
    nouns={"campaigns": "Campaign", "agents": "Agent", "tasks": "Task"},
)
