"""Which parts of our addresses are secrets. A link that opens something by itself must not be read from a log."""

from __future__ import annotations

from flask import Flask

from app.lib import logs

SECRET_ARGUMENTS = frozenset({"token"})
"""Names of URL arguments that open something to whoever knows them. Every argument of the URL map is one of these or a
plain name or id (tests/integration/test_logs.py holds the list)."""


def secret_rules(app: Flask) -> list[str]:
    """The rules of the URL map that carry such an argument."""
    return sorted({rule.rule for rule in app.url_map.iter_rules() if rule.arguments & SECRET_ARGUMENTS})


def init_app(app: Flask) -> None:
    """From now on no log of this process shows them."""
    logs.hide_paths(secret_rules(app))
