"""Keys of rows: made in the order of time, and read from what a browser, a file or a job has sent."""

from __future__ import annotations

import uuid

import uuid_utils


def uuid7() -> uuid.UUID:
    """A time-ordered UUIDv7 (RFC 9562), so that indexes grow at their end."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)


def parse_id(text: object) -> uuid.UUID | None:
    """The id that a text is, in any form that `uuid.UUID` reads; None when it is none."""
    if isinstance(text, uuid.UUID):
        return text
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
