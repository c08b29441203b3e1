"""Checks of who reaches the desk: whose address sign-ins are counted by, and whether somebody else puts jobs into Redis."""

from __future__ import annotations

import ipaddress

from app.cli.doctor.finding import Context, Findings, note, ok, wrong

ENOUGH = 3  # sign-ins; fewer say nothing
RECENT = """SELECT host(ip_address), was_forwarded FROM user_sessions
  WHERE created_at > now() - interval '7 days' AND ip_address IS NOT NULL ORDER BY created_at DESC LIMIT 50"""


def proxies(context: Context) -> Findings:
    """Everybody comes from one private address that hands others on: a proxy that nobody declared, so all are counted as one."""
    rows = context.rows(RECENT)
    if len(rows) < ENOUGH:
        return
    addresses = {address for address, _ in rows}
    private = len(addresses) == 1 and ipaddress.ip_address(next(iter(addresses))).is_private
    if private and all(forwarded for _, forwarded in rows):
        declared = context.settings.proxies
        yield note(
            "proxy", f"the last {len(rows)} sign-ins all came from {next(iter(addresses))}, which handed on X-Forwarded-For",
            f"a proxy stands in front of the desk: set PRESSROOM_PROXIES={declared + 1}, else one stranger's wrong passwords"
            " stop sign-in from every new device",
        )  # fmt: skip
    else:
        yield ok("proxy", "sign-ins are counted by the address of each person")


REFUSED = """SELECT count(*), max(occurred_at)::text, max(error_message) FROM audit_log
  WHERE action = 'jobs.refuse' AND occurred_at > now() - interval '7 days'"""


def foreign_jobs(context: Context) -> Findings:
    """Somebody writes to Redis who should not: workers refuse what the desk did not put there."""
    found = context.rows(REFUSED)
    if not found:
        return
    number, last, words = found[0]
    if number:
        yield wrong(
            "jobs", f"workers refused jobs that the desk did not make (last on {last}): {words}",
            "see who can reach Redis: give it a password, let only the desk connect, and look at the audit for jobs.refuse",
        )  # fmt: skip
    else:
        yield ok("jobs", "nobody but the desk has put jobs into Redis")
