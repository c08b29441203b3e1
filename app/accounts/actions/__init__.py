"""Verbs of the room, by noun: connecting (posting rules, too), states, checks, health, sessions, keys."""

from __future__ import annotations

from app.accounts.actions.checks import check_due, request_check, settle_check
from app.accounts.actions.connection import connect, disconnect, reconnect, rename, set_rules
from app.accounts.actions.health import check_soon, note_failure, note_success
from app.accounts.actions.keys import reseal
from app.accounts.actions.sessions import keep_session, read_session
from app.accounts.actions.states import expire_due, mark_active, mark_down, pause, resume, warn_of_expiry

__all__ = [
    "mark_active",
    "check_soon",
    "connect",
    "disconnect",
    "expire_due",
    "keep_session",
    "request_check",
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
    "check_due",
    "warn_of_expiry",
]
