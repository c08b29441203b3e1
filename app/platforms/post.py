"""What is handed to a connector: one composed post, its media, and the account it goes to. All frozen, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.lib import redact


@dataclass(frozen=True)
class Media:
    """One picture or film; its bytes are read with `ctx.files.read(sha256)` when they are needed, never before."""

    sha256: str
    mime: str
    size: int
    width: int | None = None
    height: int | None = None
    alt: str = ""
    name: str = ""


@dataclass(frozen=True)
class Post:
    """A post as composed for one platform: `text` is exactly what is to be sent (link and disclosure included).

    `link` repeats the main link for platforms with a field of its own; `options` are the platform's own choices
    (see `Platform.options`); `slug` names the page on `site`; `parts` are further posts of a thread.
    """

    text: str
    title: str = ""
    parts: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    language: str = ""
    link: str = ""
    disclosure: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    slug: str = ""


@dataclass(frozen=True, repr=False)
class UnsealedAccount:
    """An account with its secrets opened; lives in a worker's memory only. `slug` is the platform's, `name` ours.

    `key` identifies the account towards `ctx.sessions` (the credential's id); `account_id` is the platform's own
    id of it; `configuration` holds what the SPEC's `configuration` fields and `verify` put there.
    """

    slug: str
    name: str
    account_id: str = ""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    def __repr__(self) -> str:
        return f"Account(slug={self.slug!r}, name={self.name!r}, key={self.key!r}, secrets=[{len(self.secrets)}])"

    @cached_property
    def needles(self) -> redact.Known:
        """The secrets in every form they are looked for in, as long-lived as they are themselves."""
        return redact.only(self.secrets.values())

    def setting(self, name: str, default: str = "") -> str:
        """A text value of the configuration, `default` when it is missing or not text."""
        value = self.configuration.get(name)
        return value if isinstance(value, str) and value else default
