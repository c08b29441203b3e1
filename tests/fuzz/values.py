"""What a field, a parameter and a header may hold: right, wrong, evil."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from random import Random

LONG = ("a" * 300, "x" * 5_001, "word " * 5_000, "🇪🇹" * 1_000, "é" * 2_000, "[" * 2_000, "**" * 1_000, "a" * 120_000)
ODD = (
    "", " ", "\t", "\n", "0", "-0", "1", "-1", "x", "None", "null", "true", "[]", "{}", "%", "_", "\\", "'", '"', "' OR 1=1 --", "<b>x</b>",
    "{{ 7*7 }}", "{0}", "%s", "../../etc/passwd", "//evil.example", "javascript:alert(1)", "http://[::1", "=1+1", "a\r\nX-Evil: 1", "\x00",
    "a\x00b", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\ufeff", "\ufffe", "\uffff", "\ud800", "a\udfffb", "\u202etxt.exe", "\u200d", "\u0301" * 40,
    "🔥", "👩‍👩‍👧‍👦", "🇪🇹", "مرحبا", "日本語", "𝕏" * 40, "x" * 36, "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz", "g" * 64, "ﷺ", "ß", "İ", "ı", "Ａ",
)  # fmt: skip
NUMBERS = (
    "1e400", "-1e400", "NaN", "-NaN", "sNaN", "Infinity", "-Infinity", "inf", "1e-400", "0x10", "1_000", "١٢", "²", "1,5", "1.5", "0.001", "-0.0",
    str(2**31 - 1), str(2**31), str(-(2**31) - 1), str(2**63 - 1), str(2**63), str(-(2**63) - 1), str(10**30), "9" * 400, "9" * 5_000,
    "99999999999.99", "9999999999.995", "1E+9", "1" + "0" * 309,
)  # fmt: skip
TIMES = (
    "0001-01-01", "9999-12-31", "10000-01-01", "0000-00-00", "2027-02-30", "2028-02-29", "-001-01-01", "2027-03-28", "2027-10-31", "2027-W10",
    "2027-W54", "2027-13", "0001-01", "9999-12", "1970-01-01", "00:00", "02:30", "23:59", "24:00", "25:61", "12:60", "2:30 PM", "02:30:15.5",
    "2027-03-28T02:30", "2027-10-31T02:30", "0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00",
    "2027-01-01T00:00Z", "2027-01-01 09:00", "20270101T0900", "2027-01-01T24:00", "2027-01-01T00:00:60", "253402300800", "-62135596801",
)  # fmt: skip
ZONES = (
    "UTC", "Africa/Addis_Ababa", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "utc", "EST5EDT",
    "Europe/Nowhere", "../UTC", "/etc/localtime", "posixrules", "Europe", "Europe/", "+02:00", "GMT+25", "Europe\x00/Berlin", ".", "tzdata.zi",
)  # fmt: skip
DAYS = ("2027-01-05", "2027-03-28", "2027-06-01", "2026-12-24")
HOURS = ("09:30", "00:00", "02:30", "23:45")
WORDS = ("Five stones", "A plain sentence that says why.", "Winter 2027", "The Oyaishi leans into the current.")
TEXTS = (
    "body",
    "note",
    "reason",
    "goal",
    "title",
    "name",
    "full_name",
    "slots",
    "comment",
    "why",
    "link",
    "alt",
    "tags",
)

_RIGHT: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"email", ("mara@desk.example", "new.person@desk.example")),
    (r"password|new|repeat|current|secret_", ("correct horse battery staple", "another quite long password")),
    (r"(start|end)_time|due_at", ("2027-01-05T09:30", "2027-02-05T18:00")),
    (r"(^|_)(on|day|date|from|to|until|since)$", DAYS),
    (r"month", ("2027-01", "2026-12")),
    (r"(^|_)(at|time)$", (*HOURS, "2027-01-05T09:30")),
    (r"zone", ZONES[:7]),
    (r"which", ("first", "second", "0", "1")),
    (r"link|url|next", ("https://example.org/p1", "/content", "/records?status=failed")),
    (r"slots", ("Mon, Thu 09:00 18:30", "Sun 23:59")),
    (r"budget_cap|max|min|gap|number|version|page|days|v$", ("1", "7", "30", "1200.50")),
    (r"currency", ("ETB", "EUR")),
    (r"sort", ("name", "-name", "created", "-created", "title", "due", "-due", "status")),
    (r"role", ("viewer", "editor", "reviewer", "operator", "admin")),
    (r"platform", ("site", "bluesky", "mastodon", "webhook", "sandbox")),
    (r"theme", ("dark", "light", "auto")),
    (r"decision|verb|move|do|action|answer|late", (
        "approve", "reject", "request_changes", "archive", "restore", "replay", "cancel", "waive", "send_now", "reschedule", "check", "save",
        "merge", "yes", "no", "again", "absent", "there",
    )),
)  # fmt: skip
_IDS = re.compile(
    r"(^|_)(id|item|base|account|accounts|campaign|record|job|draft|copy|content|version|began|key|assigned_to|scope_id)$"
)


def evil(dice: Random) -> str:
    """Text that means nothing here, or is meant badly."""
    kind = dice.choice((ODD, ODD, NUMBERS, TIMES, ZONES, LONG, "text", "int", "uuid"))
    if kind == "text":
        return "".join(
            chr(dice.choice((dice.randrange(0x110000), dice.randrange(0x3000), dice.randrange(128))))
            for _ in range(dice.randrange(12))
        )
    if kind == "int":
        return str(dice.randrange(-(2**70), 2**70))
    return str(uuid.UUID(int=dice.getrandbits(128))) if kind == "uuid" else dice.choice(kind)


def right(dice: Random, name: str, ids: dict[str, list[str]], choices: dict[str, list[str]]) -> str:
    """What a field of this name would hold when a person fills it in."""
    of: list[Sequence[str]] = [choices[name]] if choices.get(name) else []
    of += [values for pattern, values in _RIGHT if re.search(pattern, name)][:1]
    if _IDS.search(name) and (not of or dice.random() < 0.5):
        return one_id(dice, ids)
    return dice.choice(dice.choice(of)) if of else dice.choice(WORDS)


def one_id(dice: Random, ids: dict[str, list[str]]) -> str:
    """An id that lives, of any kind, or one that never did."""
    nobody = ("00000000-0000-0000-0000-000000000000", str(uuid.UUID(int=7)), "f" * 64, "x", "{" + "0" * 32 + "}")
    return dice.choice(dice.choice([*(found for found in ids.values() if found), nobody]))
