"""What happens to accounts, in people's words."""

from __future__ import annotations

from app.audit.words import Words, declare

declare(
    "accounts",
    {
        "connect": Words("Account connected", "plus"),
        "reconnect": Words("Account connected again", "rotate-clockwise"),
        "verify": Words("Account checked", "circle-check", "ok"),
        "came_back": Words("Account works", "circle-check", "ok"),
        "left_active": Words("Account stopped", "player-pause", "wait"),
        "breaker_open": Words("Account paused after errors in a row", "player-pause", "wait"),
        "expires_soon": Words("Sign-in expires soon", "clock-exclamation", "wait"),
        "set_rules": Words("Posting rules changed", "pencil"),
        "rotate_key": Words("Sealed under the newest key", "lock"),
        "rotate_keys": Words("Secrets sealed under the newest key", "lock"),
        "set_name": Words("Account renamed", "pencil"),
    },
    nouns={"platform_credentials": "Account"},
    formerly="vault",
    verbs={"vault.rename": "set_name"},
)
