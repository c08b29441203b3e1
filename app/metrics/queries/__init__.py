"""How publishing goes: success rates, days, lead times, errors."""

from __future__ import annotations

from app.metrics.queries.days import Day, by_day, select_days_by_platform
from app.metrics.queries.errors import ErrorCount, errors
from app.metrics.queries.leads import SPANS, LeadTime, leads, select_leads
from app.metrics.queries.rates import Rate, rates, share
from app.metrics.queries.settled import RecordFilter

__all__ = [
    "SPANS",
    "Day",
    "ErrorCount",
    "LeadTime",
    "Rate",
    "RecordFilter",
    "by_day",
    "errors",
    "leads",
    "rates",
    "select_days_by_platform",
    "select_leads",
    "share",
]
