"""Checks of the desk itself: someone who may do everything, processes that report, a schedule in time, secrets that open."""

from __future__ import annotations

from psycopg import sql

from app.cli.doctor.finding import Findings, Patient, note, ok, wrong
from app.lib.liveness import KINDS, QUEUES, SILENT_AFTER


def people(patient: Patient) -> Findings:
    rows = patient.rows("SELECT role, count(*) FROM users WHERE is_active GROUP BY role")
    if patient.link is None or not patient.rows("SELECT to_regclass('users') IS NOT NULL")[0][0]:
        return
    by_role = dict(rows)
    if not by_role.get("admin"):
        yield wrong("people", "nobody may administer this desk", "run: flask staff create --role admin you@example.org")
    elif sum(by_role.values()) == 1 and not patient.rows(
        "SELECT 1 FROM system_config WHERE key = 'reviews.self_approval' AND value = 'true'"
    ):
        yield note(
            "people",
            "one person alone cannot approve their own work",
            "invite a second person, or switch on reviews.self_approval in Settings",
        )
    else:
        yield ok("people", f"{sum(by_role.values())} people can sign in")


def processes(patient: Patient) -> Findings:
    """A queue without a worker is the most common reason why nothing goes out."""
    if patient.link is None:
        return
    query = "SELECT kind, count(*) FILTER (WHERE seen_at BETWEEN app_now() - make_interval(secs => %s) "
    query += "AND app_now() + interval '5 s') FROM worker_heartbeats GROUP BY kind"
    seen = dict(patient.rows(query, SILENT_AFTER))
    for kind in KINDS:
        name = f"worker of {kind}" if kind in QUEUES else kind
        if seen.get(kind):
            yield ok("processes", f"{name}: {seen[kind]} reported within {SILENT_AFTER} s")
        else:
            command = f"flask {'clock' if kind == 'clock' else f'worker {kind}'}"
            yield wrong(
                "processes",
                f"no {name} has reported for {SILENT_AFTER} s",
                f"start the desk with `make run`, or this process alone: {command}",
            )


def schedule(patient: Patient) -> Findings:
    from app.schedule import SCHEDULE

    if patient.link is None or not SCHEDULE:
        return
    ages = "SELECT name, extract(epoch FROM app_now() - coalesce(finished_at, started_at)) / 60 FROM schedule_runs"
    ran = dict(patient.rows(ages))
    failed = patient.rows("SELECT name, error FROM schedule_runs WHERE error IS NOT NULL")
    late = [tick.job for tick in SCHEDULE if ran.get(tick.job, 0) > tick.late_after]
    for name in late:
        yield wrong(
            "schedule", f"{name} last ran {ran[name]:.0f} minutes ago", "look at the clock's log; restart the clock"
        )
    for name, error in failed:
        yield note("schedule", f"{name} ended with {error}", "look at the log of the default worker")
    if not late and not failed:
        yield ok("schedule", "periodic jobs run in time")


ALARMS = "SELECT scope_id, note FROM publish_holds WHERE reason = 'invariant' AND released_at IS NULL ORDER BY placed_at LIMIT 5"
DOUBLES = """SELECT record_id FROM publish_attempts WHERE outcome = 'yes' AND step IN ('commit', 'confirm')
  AND NOT EXISTS (SELECT 1 FROM publish_holds WHERE reason = 'invariant' AND scope_id = record_id::text)
  GROUP BY record_id HAVING count(DISTINCT post_id) > 1 LIMIT 5"""


def invariants(patient: Patient) -> Findings:
    """No alarm of publishing is open, and no record has two posts that nobody was told of."""
    if patient.link is None:
        return
    found = [(key, words) for key, words in patient.rows(ALARMS)]
    found += [(key, "its answers name more than one post") for (key,) in patient.rows(DOUBLES)]
    remedy = "open the record, look at the platform, withdraw what is too much, then release the hold"
    for key, words in found:
        yield wrong("publishing", f"record {key}: {words}", remedy)
    if not found:
        yield ok("publishing", "no record has two posts, no alarm is open")


COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')
  AND (column_name = 'key_id' OR column_name LIKE '%sealed%' OR column_name LIKE '%secret%')
"""


def sealed(patient: Patient) -> Findings:
    """Every stored secret names the key that sealed it; that key must be in the ring."""
    if patient.link is None:
        return
    ring = {name for name, _ in patient.settings.keys}
    strange = {name: number for name, number in _sealed_with(patient).items() if name not in ring}
    for name, number in strange.items():
        yield wrong(
            "sealed secrets", f"{number} are sealed with the key {name!r}, which is not among PRESSROOM_KEYS",
            "put that key back into PRESSROOM_KEYS (after the newest one); without it the accounts must be connected again",
        )  # fmt: skip
    if not strange:
        yield ok("sealed secrets", "the keys open all of them" if ring else "none to open")


def _sealed_with(patient: Patient) -> dict[str, int]:
    """How many secrets each key sealed: rows that name it in `key_id`, and values v1.<key>.<…>."""
    counts: dict[str, int] = {}
    for table, column in patient.rows(COLUMNS):
        place, source = sql.Identifier(column), sql.Identifier(table)
        if column == "key_id":
            query = sql.SQL("SELECT {0}, count(*) FROM {1} WHERE {0} IS NOT NULL GROUP BY 1")
        else:
            query = sql.SQL("SELECT split_part({0}, '.', 2), count(*) FROM {1} WHERE {0} LIKE 'v1.%' GROUP BY 1")
        for name, number in patient.rows(query.format(place, source)):
            counts[name] = counts.get(name, 0) + number
    return counts
