"""Verbs of the vault, by noun: connecting, states, health, sessions, rules, keys."""

from __future__ import annotations

from app.vault.actions.connecting import connect, disconnect, reconnect, rename, set_rules
from app.vault.actions.health import check_soon, note_failure, note_success
from app.vault.actions.keys import reseal
from app.vault.actions.sessions import keep_session, read_session
from app.vault.actions.states import (
    came_back,
    expire_due,
    look_again,
    mark_down,
    pause,
    resume,
    settle_check,
    tend,
    warn_of_expiry,
)

__all__ = [
    "came_back",
    "check_soon",
    "connect",
    "disconnect",
    "expire_due",
    "keep_session",
    "look_again",
    "mark_down",
    "note_failure",
    "note_success",
    "pause",
    "read_session",
    "reconnect",
    "rename",
    "reseal",
    "resume",
    "set_rules",
    "settle_check",
    "tend",
    "warn_of_expiry",
]
