"""When a process counts as gone: one number for those that report, those that watch and those that take over."""

from __future__ import annotations

SILENT_AFTER = 45
"""Seconds without a report. Then the supervisor kills the process, and only when it is dead its leases are swept."""
