"""Tables of publishing, one file per noun."""

from __future__ import annotations

from app.platforms.errors import ERROR_TYPES
from app.publishing.models import settings  # noqa: F401  (declares them)
from app.publishing.models.attempt import ATTEMPT_STEPS, OUTCOMES, PROOF, STEPS, PublishAttempt
from app.publishing.models.hold import REASONS, SCOPES, PublishHold
from app.publishing.models.job import DISCLOSURES, JOB, PRIORITIES, PublishJob
from app.publishing.models.platform import Platform
from app.publishing.models.rate_window import RateWindow
from app.publishing.models.record import FINAL, OPEN, RECORD, PublishRecord

__all__ = [
    "ATTEMPT_STEPS",
    "DISCLOSURES",
    "ERROR_TYPES",
    "FINAL",
    "JOB",
    "OPEN",
    "OUTCOMES",
    "PRIORITIES",
    "REASONS",
    "RECORD",
    "SCOPES",
    "STEPS",
    "Platform",
    "PROOF",
    "PublishAttempt",
    "PublishHold",
    "PublishJob",
    "PublishRecord",
    "RateWindow",
]
