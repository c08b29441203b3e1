"""What a connector is given when an account is checked: HTTP behind the guard, shared sessions, the clock; no posts, no files."""

from __future__ import annotations

from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask import current_app

from app.accounts.shared_sessions import SharedSessions
from app.core import transactions
from app.lib import clock
from app.outbound.guard import Guard, WireError
from app.outbound.http import Http
from app.platforms.addresses import ascii_host
from app.platforms.base import Context, StoreFailed, UnsealedAccount

VERIFY_SECONDS = 20.0
LOOK_UP_SECONDS = 3.0


class Nothing:
    """Stands where signing in needs nothing: verifying an account neither reads a file nor stores a post."""

    def __getattr__(self, name: str) -> Any:
        def refuse(*_args: Any, **_kwargs: Any) -> NoReturn:
            raise StoreFailed(f"verifying an account cannot {name}", reached=False)

        return refuse


def guard() -> Guard:
    """The address guard with the hosts that PRESSROOM_ALLOW_HOSTS lets pass."""
    return Guard(current_app.config["ENVIRONMENT"].allow_hosts)


def context(account: UnsealedAccount) -> Context:
    """The ports for one check of one account; its secrets are taken out of every stored copy."""
    http = Http(
        guard(),
        secrets=tuple(account.secrets.values()),
        deadline=VERIFY_SECONDS,
        outbound_allowed=transactions.outbound_allowed,
    )
    nothing = Nothing()
    return Context(http=http, files=nothing, store=nothing, sessions=SharedSessions(), clock=clock)  # type: ignore[arg-type]


def address_problem(address: str) -> str | None:
    """Why this address may not be called, in words for the form; None when it may. Looks its name up, 3 s at most."""
    try:
        parts = urlsplit(address)
        host, port = (
            ascii_host(parts.hostname or "").strip("[]"),
            parts.port or (443 if parts.scheme == "https" else 80),
        )
    except ValueError:
        return "That is not a web address. Write it like https://mastodon.social."
    try:
        guard().addresses(host, port, LOOK_UP_SECONDS)
    except WireError as error:
        if error.kind == "dns":
            return f"No server is known under {host}. Check the spelling of the address."
        return error.detail
    if parts.scheme == "http" and not (guard().trusts_name(host) or guard().networks):
        return "Use https:// here: a secret is not sent over an unencrypted connection."
    return None
