"""Where a person goes after signing in: only to a page of this desk. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

_GATES = ("/sign-in", "/sign-out", "/invite/", "/reset/", "/theme")


def safe_next(wanted: str | None, home: str = "/") -> str:
    """`wanted` when it is a plain path of our own, else `home`. Refuses other hosts, schemes, `//`, `\\`, control characters."""
    if not wanted or len(wanted) > 2000 or not wanted.startswith("/") or wanted[1:2] in ("/", "\\"):
        return home
    if "\\" in wanted or any(ord(c) < 33 or ord(c) == 127 for c in wanted):
        return home
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return home
    if (
        parts.scheme
        or parts.netloc
        or any(parts.path == gate.rstrip("/") or parts.path.startswith(gate.rstrip("/") + "/") for gate in _GATES)
    ):
        return home
    return wanted
