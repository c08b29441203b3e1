"""The banner that `make run` prints when the desk answers."""

from __future__ import annotations

from typing import Any

from app.environment import Environment

RULE = "─" * 66


def render(settings: Environment, people: list[dict[str, Any]], seconds: float) -> str:
    """People: dicts with email, role and password (None: it is not known here)."""
    lines = ["", RULE, f"  Pressroom is ready ({seconds:.1f} s)", "", f"  {settings.url}", ""]
    wide = max((len(person["email"]) for person in people), default=0)
    lines += [
        f"  {person['role']:<9} {person['email']:<{wide}}  {person.get('password') or '(password as before)'}"
        for person in people
    ]
    if any(person.get("password") for person in people):
        lines += ["", "  Passwords made just now are shown once. New ones: Staff, or `flask staff password`."]
    lines += ["", f"  Data and logs: {settings.data}", "  Stop: Ctrl-C", RULE, ""]
    return "\n".join(lines)
