"""The classes of failure a record can show (five of A, docs/data-model.md, and two of ours)."""

from __future__ import annotations

from typing import Final, Literal

ErrorType = Literal[
    "network_timeout",
    "rate_limit",
    "auth_failed",
    "content_rejected",
    "platform_error",
    "invalid_parameters",
    "unknown",
]

NETWORK_TIMEOUT: Final = "network_timeout"
RATE_LIMIT: Final = "rate_limit"
AUTH_FAILED: Final = "auth_failed"
CONTENT_REJECTED: Final = "content_rejected"
PLATFORM_ERROR: Final = "platform_error"
INVALID_PARAMETERS: Final = "invalid_parameters"
UNKNOWN: Final = "unknown"

ERROR_TYPES: Final[tuple[ErrorType, ...]] = (
    NETWORK_TIMEOUT,
    RATE_LIMIT,
    AUTH_FAILED,
    CONTENT_REJECTED,
    PLATFORM_ERROR,
    INVALID_PARAMETERS,
    UNKNOWN,
)


class NotOffered(Exception):
    """The platform's SPEC does not declare this capability; asking for it is our own mistake."""


class StoreFailed(Exception):
    """`ctx.store` could not answer. `reached` says whether the insert may have been carried out."""

    def __init__(self, message: str, *, reached: bool) -> None:
        super().__init__(message)
        self.reached = reached
