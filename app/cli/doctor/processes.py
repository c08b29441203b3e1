"""Checks of the processes: workers and clock report, periodic jobs run in time."""

from __future__ import annotations

from app.cli.doctor.finding import Context, Findings, note, ok, wrong
from app.lib.liveness import KINDS, QUEUES, SILENT_AFTER


def processes(context: Context) -> Findings:
    """A queue without a worker is the most common reason why nothing goes out."""
    if context.link is None:
        return
    query = "SELECT kind, count(*) FILTER (WHERE seen_at BETWEEN app_now() - make_interval(secs => %s) "
    query += "AND app_now() + interval '5 s') FROM worker_heartbeats GROUP BY kind"
    seen = dict(context.rows(query, SILENT_AFTER))
    for kind in KINDS:
        name = f"worker of {kind}" if kind in QUEUES else kind
        if seen.get(kind):
            yield ok("processes", f"{name}: {seen[kind]} reported within {SILENT_AFTER} s")
        else:
            command = f"flask {f'worker {kind}' if kind in QUEUES else kind}"
            yield wrong(
                "processes",
                f"no {name} has reported for {SILENT_AFTER} s",
                f"start the desk with `make run`, or this process alone: {command}",
            )


def schedule(context: Context) -> Findings:
    from app.schedule import SCHEDULE

    if context.link is None or not SCHEDULE:
        return
    ages = "SELECT name, extract(epoch FROM app_now() - coalesce(finished_at, started_at)) / 60 FROM schedule_runs"
    ran = dict(context.rows(ages))
    failed = context.rows("SELECT name, error FROM schedule_runs WHERE error IS NOT NULL")
    late = [tick.job for tick in SCHEDULE if ran.get(tick.job, 0) > tick.late_after]
    for name in late:
        yield wrong(
            "schedule", f"{name} last ran {ran[name]:.0f} minutes ago", "look at the clock's log; restart the clock"
        )
    for name, error in failed:
        yield note("schedule", f"{name} ended with {error}", "look at the log of the default worker")
    if not late and not failed:
        yield ok("schedule", "periodic jobs run in time")
