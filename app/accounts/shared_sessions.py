"""`Sessions`: the port through which connectors share a session token, one refresh at a time over all processes.

    with ctx.sessions.lock(account):      # waits for whoever refreshes now, `WAIT` at most
        session = ctx.sessions.get(account)   # look again: the other one may have brought a fresh one
        …                                 # else refresh, then put()

Each call is a step of its own: nothing is held open while the platform is asked.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from app.accounts.actions import keep_session, read_session
from app.core import locks
from app.core.transactions import transaction
from app.platforms.base import UnsealedAccount

log = logging.getLogger(__name__)
WAIT = 75.0
HELD = 75.0
"""Seconds a refresh (two calls of at most 30 s) may take before another process stops waiting for it: a worker killed meanwhile blocks nobody."""
POLL = 0.1


class SharedSessions:
    """Fills `SessionsPort` for accounts; `account.key` is the credential's id."""

    def get(self, account: UnsealedAccount) -> Mapping[str, str] | None:
        """The session that was put last, opened, or None."""
        return transaction(read_session, account.key)

    def put(self, account: UnsealedAccount, session: Mapping[str, str]) -> None:
        """Seal and keep it for all workers. An empty value never replaces one that is there."""
        if not transaction(keep_session, account, session):
            log.info("a session of account %s was not kept: the account was reconnected meanwhile", account.key)

    @contextmanager
    def lock(self, account: UnsealedAccount) -> Iterator[None]:
        """Single flight by a lease in PostgreSQL; after WAIT it goes in anyway."""
        # the name of before the room was called so: while a desk is updated, old and new workers must not refresh at once
        name, owner = f"vault-session-{account.key}", secrets.token_hex(8)
        held = _wait_for(name, owner)
        try:
            yield
        finally:
            if held:
                transaction(locks.release, name, owner)


def _wait_for(name: str, owner: str) -> bool:
    until = time.monotonic() + WAIT
    while not transaction(locks.lease, name, owner, HELD):
        if time.monotonic() >= until:
            return False
        time.sleep(POLL)
    return True
