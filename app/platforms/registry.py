"""The one list of connectors. Adding one: a file, a line here, its recorded answers in the tests."""

from __future__ import annotations

from app.platforms import bluesky, mastodon, sandbox, site, webhook
from app.platforms.connector import Connector

CONNECTORS: tuple[Connector, ...] = (
    Connector(site),
    Connector(bluesky),
    Connector(mastodon),
    Connector(webhook),
    Connector(sandbox),
)

_BY_SLUG = {connector.spec.slug: connector for connector in CONNECTORS}


def get(slug: str) -> Connector:
    """The connector of that name; KeyError (with the names there are) when there is none."""
    try:
        return _BY_SLUG[slug]
    except KeyError:
        raise KeyError(f"no platform {slug!r}; there are {', '.join(_BY_SLUG)}") from None


def has(slug: str) -> bool:
    """Whether a connector of that name exists (an account may outlive its connector)."""
    return slug in _BY_SLUG


def all() -> tuple[Connector, ...]:
    """Every connector, in the order shown to people."""
    return CONNECTORS
