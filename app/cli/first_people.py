"""The first people of an empty desk."""

from __future__ import annotations

import secrets
from typing import Any

from flask import current_app

from app.core import actor, transactions
from app.environment import Environment
from app.lib.errors import Invalid
from app.staff import passwords, queries
from app.staff.actions import create_staff

ADMIN, REVIEWER = "Hana Tesfaye", "Mara Voss"
REVIEWER_EMAIL = "reviewer@pressroom.example"
HINT = "Leave it out and a random one is printed once."
WORDS = [
    "amber", "basil", "birch", "cedar", "coral", "delta", "ember", "fern", "flint", "grove", "harbor", "hazel", "indigo", "ivory",
    "juniper", "kelp", "lagoon", "lilac", "maple", "meadow", "moss", "nectar", "oak", "olive", "onyx", "pebble", "pine", "quartz", "reed",
    "ridge", "river", "sage", "slate", "spruce", "stone", "tide", "willow",
]  # fmt: skip


def make_first_people() -> list[dict[str, Any]]:
    """On an empty desk make an admin, and for the demo a reviewer.

    Out: each person as a dict of role, email, password (None when it was made before). Ends with what to write instead when
    PRESSROOM_ADMIN_PASSWORD is one that the desk would take from nobody.
    """
    settings: Environment = current_app.config["ENVIRONMENT"]
    wanted = [("admin", settings.admin_email, ADMIN if settings.demo else "Admin", settings.admin_password)]
    if settings.demo:
        wanted.append(("reviewer", REVIEWER_EMAIL, REVIEWER, None))
    with actor.acting(actor.Actor(name="First start")):
        if transactions.transaction(queries.count_active_people) == 0:
            return [_create(*one) for one in wanted]
    known = {email for _, email, _, _ in wanted if transactions.transaction(queries.by_email, email) is not None}
    return [{"role": role, "email": email, "password": None} for role, email, _, _ in wanted if email in known]


def _create(role: str, email: str, name: str, given: str | None) -> dict[str, Any]:
    password = given or _random_password(email, name)
    try:
        transactions.transaction(create_staff, email=email, full_name=name, role=role, password=password)
    except Invalid as error:
        if given is None or "password" not in error.errors:
            raise
        raise SystemExit(f"PRESSROOM_ADMIN_PASSWORD cannot be used: {error.errors['password']} {HINT}") from None
    return {"role": role, "email": email, "password": password}


def _random_password(*own: str) -> str:
    """Five words and a number; drawn again when they happen to be the person's own."""
    while True:
        drawn = "-".join(secrets.choice(WORDS) for _ in range(5)) + f"-{secrets.randbelow(90) + 10}"
        if passwords.complaint(drawn, *own) is None:
            return drawn
