"""The table that a run prints: groups of routes x roles x classes of status, and every cause with the call that shows it."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

from tests.fuzz.calls import ROLES, Call
from tests.fuzz.fuzzer import Fuzzer
from tests.fuzz.send import raw, urlencoded

CLASSES = ("2xx", "3xx", "4xx", "5xx", "raised")


def curl(call: Call) -> str:
    """A line that a person can read and send again."""
    parts = [
        f"[{call.role}] {call.method} {call.path[:200]}" + (f"?{urlencoded(call.query)[:300]}" if call.query else "")
    ]
    parts += [
        f"-H {name}: {quote_from_bytes(value.encode('latin-1'), safe=' /:=;,.-_*?+&()')[:120]}"
        for name, value in call.headers
    ]
    if call.fields:
        parts.append(
            "--data " + "&".join(f"{quote_from_bytes(raw(n))}={quote_from_bytes(raw(v))[:160]}" for n, v in call.fields)
        )
    parts += [f"--file {name}={filename[:40]!r} {kind} {len(body)} B" for name, filename, kind, body in call.files]
    parts += [
        f"{name}={getattr(call, name)}"
        for name, usual in (("body", "form"), ("token", "right"), ("cookie", "own"))
        if getattr(call, name) != usual
    ]
    return "  ".join(parts)


def lines(fuzzer: Fuzzer) -> list[str]:
    """The whole report."""
    groups = sorted({group for group, _, _ in fuzzer.table})
    known = [one for one in groups if sum(n for (g, _, _), n in fuzzer.table.items() if g == one) >= 5]
    out = [
        f"{fuzzer.sent:,} requests, {len({e for _, e in fuzzer.endpoints} - {'-'})} endpoints, {len(fuzzer.endpoints)} endpoint x role",
        "",
    ]
    out.append(f"{'':16}" + "".join(f"{role:>26}" for role in ROLES))
    out.append(f"{'':16}" + f"{'2xx/3xx/4xx/5xx/raised':>26}" * len(ROLES))
    for group in [*known, "others", "ALL"]:
        cells = []
        for role in ROLES:
            of = {
                "others": lambda g: g not in known,
                "ALL": lambda g: True,
            }.get(group, lambda g, group=group: g == group)
            cells.append(
                "/".join(
                    str(sum(n for (g, r, s), n in fuzzer.table.items() if of(g) and r == role and s == c))
                    for c in CLASSES
                )
            )
        out.append(f"{group:16}" + "".join(f"{cell:>26}" for cell in cells))
    faults = [one for one in fuzzer.finds.values() if one.cause.startswith(("5xx", "raised"))]
    out += ["", f"{len(faults)} causes of 5xx, {len(fuzzer.finds) - len(faults)} other finds"]
    out += [
        f"  {number} x {kind} refused by the database alone, at {where}"
        for (where, kind), number in sorted(fuzzer.unkept.items())
    ]
    for one in sorted(fuzzer.finds.values(), key=lambda find: find.cause):
        out += [f"- {one.times} x {one.cause}", f"    {curl(one.call)}"]
    return out
