"""What an admin may change about publishing (docs/delivery.md says what follows from each)."""

from __future__ import annotations

from app.core.settings import declare, declare_group

declare_group("publishing", "Publishing", 20)
declare(
    "publishing.max_retries",
    3,
    int,
    "Retries after the first try of a new record.",
    minimum=0,
    maximum=20,
    label="Retries",
)
declare(
    "publishing.late_limit_hours",
    6,
    int,
    "A record later than this is held and asks a person before it goes out.",
    minimum=1,
    maximum=168,
    unit="hours",
    label="A post is late after",
)
declare(
    "publishing.on_absent",
    "resend",
    str,
    "After an unknown outcome that a listing shows to be surely absent: send again, or ask a person. "
    "An account's own rule comes first.",
    choices=("resend", "ask"),
    label="If the platform shows that a post did not arrive",
)
