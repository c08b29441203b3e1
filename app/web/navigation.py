"""The side bar: what stands in it, and what of it this person may open."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask, current_app

from app.web.auth import allows


class Item(NamedTuple):
    """One link of the side bar. `key` is its shortcut, `badge` the name of its count."""

    endpoint: str
    icon: str
    text: str
    key: str = ""
    badge: str = ""


class Group(NamedTuple):
    """A heading of the side bar; it is hidden when nothing below it may be opened."""

    text: str
    items: tuple[Item, ...]


def navigation() -> list[Group]:
    """The side bar of this person: only what may be opened."""
    groups: tuple[Group, ...] = current_app.extensions["navigation"]
    allowed = [Group(group.text, tuple(item for item in group.items if allows(item.endpoint))) for group in groups]
    return [group for group in allowed if group.items]


def init_app(app: Flask, groups: tuple[Group, ...]) -> None:
    """Keep the side bar of the app, as the rooms declare it."""
    app.extensions["navigation"] = groups
