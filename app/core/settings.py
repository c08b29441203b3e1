"""What staff may change at run time: declared settings with a type, a default and a help text (`system_config` of D, docs/data-model.md)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import db
from app.lib.errors import Invalid, NotFound

FRESH_FOR = 2.0  # seconds a process may act on a value that was changed elsewhere


class SystemConfig(db.Model):  # type: ignore[name-defined,misc]
    """A value that differs from the declared default."""

    __tablename__ = "system_config"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    description: Mapped[str] = mapped_column(server_default="")
    config_type: Mapped[str] = mapped_column(server_default="string")
    is_sensitive: Mapped[bool] = mapped_column(server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column(server_default=sa.text("now()"))
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.text("now()"))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `group` is the part before the dot; `unit` is shown beside the field; a hidden one the desk keeps for
    itself."""

    name: str
    default: Any
    kind: type
    help: str
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    label: str = ""
    is_hidden: bool = False

    @property
    def group(self) -> str:
        return self.name.partition(".")[0]

    def parse(self, raw: Any) -> Any:
        """`raw` (form text or a value) as the setting's type. Raises Invalid with a message for people."""
        try:
            value = self._parse(raw)
        except (TypeError, ValueError):
            raise Invalid({self.name: f"Enter {_words(self.kind)}, like {self.default}."}) from None
        if self.choices and value not in self.choices:
            raise Invalid({self.name: f"Choose one of {', '.join(map(str, self.choices))}."})
        if self.minimum is not None and value < self.minimum:
            raise Invalid({self.name: f"Enter {self.minimum:g} or more."})
        if self.maximum is not None and value > self.maximum:
            raise Invalid({self.name: f"Enter {self.maximum:g} or less."})
        return value

    def _parse(self, raw: Any) -> Any:
        if self.kind is bool:
            return raw if isinstance(raw, bool) else str(raw).strip().lower() in ("1", "true", "on", "yes", "y")
        return self.kind(raw.strip() if isinstance(raw, str) else raw)


class Group(NamedTuple):
    """The heading over the settings of one room."""

    title: str
    place: int
    formerly: str = ""


SETTINGS: dict[str, Setting] = {}
GROUPS: dict[str, Group] = {}
LAST = 99  # a group without a heading of its own
_cache: dict[str, Any] = {}
_cached_until = 0.0


def declare(name: str, default: Any, kind: type, help: str, *, label: str = "", **limits: Any) -> Setting:
    """Declare a setting (once, when its room's models are imported). Without a label it is called by its own name, its unit left
    off: `audit.seal_alarm_minutes` is "Seal alarm"."""
    words = name.partition(".")[2].split("_")
    if len(words) > 1 and words[-1] == limits.get("unit"):
        words.pop()
    plain = " ".join(words)
    SETTINGS[name] = Setting(name, default, kind, help, label=label or plain[:1].upper() + plain[1:], **limits)
    return SETTINGS[name]


def declare_group(name: str, title: str, place: int, formerly: str = "") -> None:
    """Declare the heading over a room's settings; the page shows groups by their `place`. `formerly`: how the room was called
    when older changes were recorded."""
    GROUPS[name] = Group(title, place, formerly)


def current(key: str) -> str:
    """The name that a setting has today, of one that may stand in the trail."""
    group, _, rest = key.partition(".")
    return next(
        (f"{new}.{rest}" for new, one in GROUPS.items() if one.formerly == group and f"{new}.{rest}" in SETTINGS), key
    )


def by_group() -> list[tuple[str, str, list[Setting]]]:
    """(group, title, settings by name) of all that are not hidden, as the page shows them."""
    grouped: dict[str, list[Setting]] = {}
    for name in sorted(SETTINGS):
        if not SETTINGS[name].is_hidden:
            grouped.setdefault(SETTINGS[name].group, []).append(SETTINGS[name])
    headings = {name: GROUPS.get(name, Group(name.capitalize(), LAST)) for name in grouped}
    return [
        (name, headings[name].title, grouped[name]) for name in sorted(grouped, key=lambda g: (headings[g].place, g))
    ]


def get(name: str) -> Any:
    """The value in force: what staff set, or the default. At most `FRESH_FOR` seconds old."""
    global _cached_until
    if time.monotonic() >= _cached_until:
        rows = db.session.execute(sa.select(SystemConfig.key, SystemConfig.value)).all()
        _cache.clear()
        _cache.update({row.key: row.value for row in rows})
        _cached_until = time.monotonic() + FRESH_FOR
    return _cache.get(name, SETTINGS[name].default)


def put(name: str, raw: Any) -> tuple[Any, Any]:
    """Set a value; returns (old, new). Raises NotFound for an undeclared name, Invalid for a bad value."""
    if name not in SETTINGS:
        raise NotFound(f"There is no setting called {name}.")
    declared = SETTINGS[name]
    value, old = declared.parse(raw), get(name)
    row = insert(SystemConfig).values(
        key=name, value=value, description=declared.help, config_type=declared.kind.__name__
    )
    db.session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": row.excluded.value}))
    forget()
    return old, value


def as_text(value: Any) -> str:
    """A value as people type it: what `Setting.parse` reads back."""
    return (
        ("yes" if value else "no")
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def forget() -> None:
    """Read the table again at the next `get`."""
    global _cached_until
    _cached_until = 0.0


def _words(kind: type) -> str:
    return {int: "a whole number", float: "a number", bool: "yes or no"}.get(kind, "a text")
