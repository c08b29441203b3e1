"""The person at the browser, as views and templates see them: plain values, no row that a rollback could empty. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.lib.roles import ROLES

DENSITIES = (("comfortable", "Comfortable"), ("compact", "Compact"))
THEMES = (("auto", "As the device says"), ("light", "Light"), ("dark", "Dark"))


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person has chosen; unknown or missing values fall back to the defaults. `has_zone`: a zone was chosen, be it UTC."""

    timezone: str = "UTC"
    density: str = "comfortable"
    theme: str = "auto"
    keys: str = "on"
    has_zone: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Preferences:
        names = ("timezone", "density", "theme", "keys")
        known = {name: str(value) for name, value in (stored or {}).items() if name in names and value}
        return cls(**known, has_zone="timezone" in known)


@dataclass(frozen=True, slots=True)
class Caller:
    """The browser of a request. `device`: its cookie of known devices; `was_forwarded`: a private address handed on by a
    proxy that nobody declared."""

    ip: str | None = None
    user_agent: str | None = None
    device: str | None = field(default=None, repr=False)
    was_forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Signed in. `session_id` is the row of the session, `token` what the browser holds."""

    id: uuid.UUID
    email: str
    username: str
    full_name: str
    role: str
    session_id: uuid.UUID
    seen_at: datetime
    token: str = field(repr=False)
    credentials_epoch: int = 0
    confirmed_at: datetime | None = None
    needs_factor: bool = False
    preferences: Preferences = field(default_factory=Preferences)

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def timezone(self) -> str:
        return self.preferences.timezone

    def can(self, least: str) -> bool:
        """Whether the person has the rights of the role `least`."""
        return least in ROLES and ROLES.index(self.role) >= ROLES.index(least)

    def get_id(self) -> str:
        """What Flask-Login keeps in the signed cookie: the session's token, never the person's id."""
        return self.token
