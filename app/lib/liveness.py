"""Which processes report that they live, and when one counts as gone: one answer for those that report, watch and take over."""

from __future__ import annotations

from datetime import timedelta

QUEUES = ("publish", "default")
"""Each worker works through one of them."""
KINDS = (*QUEUES, "clock")
"""What a process reports as: the queue of a worker, or the clock."""
SILENT_AFTER = 45
"""Seconds without a report. Then the supervisor kills the process, and only when it is dead its leases are swept."""
WORKER_SILENT = timedelta(minutes=3)
"""Without a report of any worker: then pages say that none is there. Longer than a restart takes, so that none is told of."""
