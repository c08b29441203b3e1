"""The names a connector and its callers need, in one place. Their homes: spec, post, results, context, errors."""

from __future__ import annotations

from app.outbound.exchange import Exchange, Sending
from app.platforms.connector import Connector
from app.platforms.context import (
    Anchored,
    Clock,
    Context,
    FilesPort,
    HttpPort,
    KnownPost,
    OtherPosts,
    SessionsPort,
    Stored,
    StorePort,
)
from app.platforms.errors import ERROR_TYPES, ErrorType, NotOffered, StoreFailed
from app.platforms.post import Media, Post, UnsealedAccount
from app.platforms.results import (
    Absent,
    Candidate,
    CannotTell,
    Check,
    Doubt,
    Found,
    Lookup,
    Metrics,
    Outcome,
    PrepareFailed,
    Problem,
    RateWindow,
    Refused,
    Verdict,
    Verified,
)
from app.platforms.spec import ConfigField, Limits, Platform, SecretField

__all__ = [
    "ERROR_TYPES",
    "Absent",
    "UnsealedAccount",
    "Anchored",
    "OtherPosts",
    "Candidate",
    "CannotTell",
    "Check",
    "Clock",
    "ConfigField",
    "Connector",
    "Context",
    "Doubt",
    "ErrorType",
    "Exchange",
    "FilesPort",
    "Found",
    "HttpPort",
    "KnownPost",
    "Limits",
    "Lookup",
    "Media",
    "Metrics",
    "NotOffered",
    "Outcome",
    "Platform",
    "Post",
    "PrepareFailed",
    "Problem",
    "RateWindow",
    "Refused",
    "SecretField",
    "Sending",
    "SessionsPort",
    "StoreFailed",
    "StorePort",
    "Stored",
    "Verdict",
    "Verified",
]
