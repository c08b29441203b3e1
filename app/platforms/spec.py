"""`Platform`: what a connector declares. Forms, filters, counters, previews, caps and docs are derived from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

CAPABILITIES = frozenset({"publish", "prepare", "confirm", "find", "delete", "metrics", "verify", "refresh"})
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def code_points(text: str) -> int:
    """The plainest way to count."""
    return len(text)


@dataclass(frozen=True)
class SecretField:
    """One secret an account needs: sealed in the database, never shown again. `pattern` helps against a wrong paste."""

    name: str
    label: str
    help: str = ""
    pattern: str = ""
    required: bool = True


@dataclass(frozen=True)
class ConfigField:
    """One plain setting of an account or one option of a post. `kind` chooses the form field; "url" says besides that the
    secrets are sent there, so another address asks for them anew."""

    name: str
    label: str
    kind: Literal["text", "url", "choice", "bool", "int"] = "text"
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    required: bool = False


@dataclass(frozen=True)
class Limits:
    """What a platform takes. None means: no limit that we know of. `count` is how *it* counts a text."""

    text: int | None = None
    count: Callable[[str], int] = code_points
    text_bytes: int | None = None
    text_required: bool = False  # text or media is always required; this asks for text even beside media
    title_max: int | None = None
    title_required: bool = False
    media_max: int = 0
    media_bytes: int | None = None
    media_mimes: tuple[str, ...] = IMAGES
    media_required: bool = False
    media_pixels: int | None = None
    alt_max: int | None = None
    alt_required: bool = False
    alt_count: Callable[[str], int] = code_points
    counts_too: tuple[tuple[str, Callable[[str], int]], ...] = ()  # options that count towards the text, and how
    caveats: tuple[str, ...] = ()  # what the account's own server is known to do to a post; said in the preview
    languages_max: int = 1
    unit: str = "characters"

    def length(self, text: str, options: Mapping[str, Any]) -> int:
        """How much of `text` (the limit) a text takes with the options that count towards it."""
        return self.count(text) + sum(count(str(options.get(name) or "").strip()) for name, count in self.counts_too)


@dataclass(frozen=True)
class Platform:
    """A connector's card. `can` names the functions its module has; a contract test compares the two.

    `supports`: what a post may have there. `resend_safety`: what may be trusted after an unknown answer: "proved" (the key
    finds the post, and sending again with the same key cannot double it), "listing" (own posts can be listed and compared),
    "none" (only a person can tell). `listing_consistent`: a post that is not listed after `absent_after` is surely not there.
    `min_gap` and `max_per_day` are per account; `max_per_host` limits calls at once over all accounts of a host.
    `caveats` are sentences for the account's page: what will surprise.
    """

    slug: str
    name: str
    icon: str
    credential_type: Literal["token", "cookie", "oauth", "api_key", "app_password", "none"]
    secrets: tuple[SecretField, ...] = ()
    configuration: tuple[ConfigField, ...] = ()
    options: tuple[ConfigField, ...] = ()
    limits: Limits = field(default_factory=Limits)
    can: frozenset[str] = frozenset({"publish"})
    supports: frozenset[str] = frozenset({"text"})
    resend_safety: Literal["proved", "listing", "none"] = "none"
    listing_consistent: bool = False
    absent_after: timedelta = timedelta(minutes=15)
    deadline: timedelta = timedelta(seconds=30)
    min_gap: timedelta = timedelta(minutes=180)
    max_per_day: int | None = None
    max_per_account: int = 2
    max_per_host: int = 4
    caveats: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The setting that says where the account's platform is; "" where it is the same for all."""
        return next((one.name for one in self.configuration if one.kind == "url"), "")

    @property
    def secret_names(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.secrets)
