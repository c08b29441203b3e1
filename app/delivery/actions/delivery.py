"""What a worker has in its hands while it delivers one record."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.actor import Actor
from app.platforms.base import Anchored, Post, UnsealedAccount
from app.platforms.connector import Connector


@dataclass
class Delivery:
    """One record in a worker's hands. Lives in memory only: `account` carries opened secrets (its repr hides them)."""

    id: uuid.UUID
    token: uuid.UUID
    me: str
    step: str
    status: str
    job_id: uuid.UUID
    credential_id: uuid.UUID
    connector: Connector
    account: UnsealedAccount
    post: Post
    key: str
    now: datetime
    began: datetime
    generation: int
    number: int
    retries: int
    max_retries: int
    lookups: int
    was_unknown: bool
    barred: bool
    check_before_resend: bool
    on_absent: str
    host: str
    label: str
    container: dict[str, Any] = field(default_factory=dict)
    committed_at: datetime | None = None
    trace_id: str = ""
    host_slow: bool = False
    account_healthy: bool = False
    unknown_since: datetime | None = None
    text_known: bool = True
    """False: `post` is not what was sent, and no list is compared with it."""
    session: Mapping[str, str] | None = field(default=None, repr=False)
    """The shared session that the connector was handed or has put last: what its next call signs in with."""
    clock: Anchored = field(init=False)
    actor: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.actor = Actor(id=self.me, **({"trace_id": self.trace_id} if self.trace_id else {}))
        self.clock = Anchored(self.now)  # the database's time from here on, even when the machine's own is off
