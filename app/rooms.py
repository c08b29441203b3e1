"""The one list of rooms: their blueprints, their commands, their place in the side bar."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from flask import Flask

from app.web.navigation import Group, Item

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"

ROOMS = (
    "audit",
    "staff",
    "accounts",
    "content",
    "site",
    "publishing",
    "delivery",
    "metrics",
    "campaigns",
    "reviews",
    "notifications",
    "calendar",
    "search",
    "operations",
    "home",
)

NAV = (
    Group(
        "",
        (
            Item("home.index", "home-2", "Home", "g h"),
            Item("notifications.index", "bell", "Notices", "g n", badge="notices"),
        ),
    ),
    Group(
        "Plan",
        (
            Item("campaigns.index", "speakerphone", "Campaigns"),
            Item("calendar.index", "calendar-event", "Calendar", "g k"),
        ),
    ),
    Group("Make", (Item("content.index", "file-text", "Content", "g c"),)),
    Group("Review", (Item("reviews.index", "inbox", "Reviews", "g r", badge="reviews"),)),
    Group(
        "Publish",
        (
            Item("publishing.jobs", "list-check", "Queue"),
            Item("publishing.records", "send", "Records", "g p", badge="records"),
            Item("accounts.index", "key", "Accounts", badge="accounts"),
        ),
    ),
    Group("Measure", (Item("metrics.index", "chart-line", "Metrics", "g m"),)),
    Group(
        "Run",
        (
            Item("audit.index", "history", "Audit"),
            Item("operations.settings", "settings", "Settings"),
            Item("staff.index", "users-group", "Staff"),
        ),
    ),
)


def init_app(app: Flask) -> None:
    """Import every room's models, words, notices, finders and jobs, register its blueprints and commands."""
    for room in ROOMS:
        for part in ("models", "audit_words", "notices", "finder", "jobs"):
            _part(room, part)
        _register(app, vars(_part(room, "views")), vars(_part(room, "cli")))


def _register(app: Flask, views: dict[str, Any], commands: dict[str, Any]) -> None:
    if "bp" in views:
        app.register_blueprint(views["bp"])
    for command in commands.values():
        if isinstance(command, click.Group):
            app.cli.add_command(command)


def _part(room: str, part: str) -> ModuleType:
    """One file of a room; an empty module where the room has none."""
    name = f"app.{room}.{part}"
    return importlib.import_module(name) if find_spec(name) else ModuleType(name)
