"""Periodic work as one table. Each tick is idempotent; a lease per name makes two clocks harmless."""

from __future__ import annotations

from typing import NamedTuple


class Tick(NamedTuple):
    """`job` is rung at each moment of `cron` (UTC). `late_after` in minutes: then Home says that it is late."""

    job: str
    cron: str
    late_after: int


SCHEDULE: tuple[Tick, ...] = (
    Tick("audit.seal", "* * * * *", 5),
    Tick("audit.check_new", "*/5 * * * *", 20),
    Tick("audit.check_night", "23 4 * * *", 2 * 24 * 60),
    Tick("audit.redeliver", "* * * * *", 10),
    Tick("audit.partitions", "17 3 * * *", 2 * 24 * 60),
    Tick("staff.forget_old", "41 * * * *", 24 * 60),
    Tick("staff.mail_links", "* * * * *", 10),
    Tick("accounts.check_due", "* * * * *", 10),
    Tick("delivery.check_invariants", "*/5 * * * *", 30),
    Tick("delivery.check_duplicates", "* * * * *", 10),
    Tick("campaigns.follow", "* * * * *", 10),
    Tick("metrics.add_up", "*/15 * * * *", 120),
    Tick("reviews.expire", "*/5 * * * *", 20),
)
