"""The key under which a record is sent or looked for. It costs no statement: the commit point stores it with what it writes anyway."""

from __future__ import annotations

from datetime import datetime

from app.platforms.base import Connector, Post
from app.publishing.models import PublishRecord


def key_for(step: str, record: PublishRecord, connector: Connector, post: Post, now: datetime) -> str:
    """The record's key; before a call that surely is the first to arrive it is dated by its sending, where it carries a time.

    What was tried and ever unknown keeps the key that it was sent with: that is how it is found again and never doubled. A look asks
    for the key that is stored.
    """
    key = record.client_key or connector.client_key(post, now)
    if step != "prepare" or (record.was_unknown and record.attempt_count):
        return key
    return connector.renew_key(key, now)
