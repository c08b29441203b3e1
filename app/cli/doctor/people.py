"""Is there somebody who may administer the desk, and somebody else who may approve?"""

from __future__ import annotations

from app.cli.doctor.finding import Context, Findings, note, ok, wrong


def people(context: Context) -> Findings:
    rows = context.rows("SELECT role, count(*) FROM users WHERE is_active GROUP BY role")
    if context.link is None or not context.rows("SELECT to_regclass('users') IS NOT NULL")[0][0]:
        return
    by_role = dict(rows)
    if not by_role.get("admin"):
        yield wrong("people", "nobody may administer this desk", "run: flask staff create --role admin you@example.org")
    elif sum(by_role.values()) == 1 and not context.rows(
        "SELECT 1 FROM system_config WHERE key = 'reviews.self_approval' AND value = 'true'"
    ):
        yield note(
            "people",
            "one person alone cannot approve their own work",
            "invite a second person, or switch on reviews.self_approval in Settings",
        )
    else:
        yield ok("people", f"{sum(by_role.values())} people can sign in")
