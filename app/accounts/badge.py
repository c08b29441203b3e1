"""Which badge an account wears. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.platforms import registry

ADDRESS_FIELDS = frozenset(connector.spec.address for connector in registry.all() if connector.spec.address)
"""Settings of an account that hold where its platform is; a check that fails blames one field."""


def badge_key(status: str, meta: Mapping[str, Any]) -> str:
    """The status, or `bad_address` when the last check blamed the address: then nobody has refused a sign-in."""
    blamed = (meta.get("check") or {}).get("field")
    return "bad_address" if status == "invalid" and blamed in ADDRESS_FIELDS else status
