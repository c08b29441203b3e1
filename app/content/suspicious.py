"""Does a text hold what looks like a secret? Pure. A guess, so it asks and never decides.

Sources: the token formats that GitHub, Slack, AWS, Google, Stripe, Telegram, Meta and Bluesky document; JWT (RFC 7519); PEM (RFC 7468).
"""

from __future__ import annotations

import itertools
import re

KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")),
    ("a signed token (JWT)", re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_\w{30,}|github_pat_\w{40,})")),
    ("a Slack token", re.compile(r"\bxox[abeoprs]-[\w-]{10,}")),
    ("an AWS key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a Google key", re.compile(r"\bAIza[\w-]{35}\b|\bya29\.[\w-]{20,}")),
    ("an API key", re.compile(r"\b(?:sk|pk|rk)[-_](?:live|test|ant|proj|or)?[-_]?[A-Za-z0-9_-]{24,}")),
    ("a Telegram bot token", re.compile(r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b")),
    ("a Meta access token", re.compile(r"\bEAA[A-Za-z0-9]{40,}")),
    ("a bearer token", re.compile(r"\b[Bb]earer\s+[A-Za-z0-9._~+/-]{20,}=*")),
)
# Four groups of four from base 32: Bluesky's app passwords. Words look like that too, so a digit or a group without vowel is asked for.
APP_PASSWORD = re.compile(r"(?<![\w-])([a-z2-7]{4}(?:-[a-z2-7]{4}){3})(?![\w-])")
WORDPRESS = re.compile(r"(?<!\S)((?:[A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4})(?!\S)")
LONG = re.compile(r"(?<![\w/=?&.#%+-])[A-Za-z0-9_-]{32,}(?![\w/.-])")
VOWEL = re.compile(r"[aeiou]")


def secret(text: str) -> str | None:
    """What the text seems to hold ("a GitHub token"), or None."""
    for name, pattern in KINDS:
        if pattern.search(text):
            return name
    if any(_random_groups(m.group(1).split("-")) for m in APP_PASSWORD.finditer(text)):
        return "an app password"
    if any(re.search(r"\d", m.group(1)) and re.search(r"[A-Z]", m.group(1)) for m in WORDPRESS.finditer(text)):
        return "an app password"
    if any(_random(m.group()) for m in LONG.finditer(text)):
        return "a token or a password"
    return None


def _random_groups(groups: list[str]) -> bool:
    return (
        any(re.search(r"\d", g) and re.search(r"[a-z]", g) for g in groups)
        or sum(not VOWEL.search(g) for g in groups) >= 2
    )


def _random(word: str) -> bool:
    """Upper and lower case and digits mixed many times over: no word, no hash tag."""
    kinds = [c.isdigit() * 2 + c.isupper() for c in word]
    turns = sum(a != b for a, b in itertools.pairwise(kinds))
    return len(set(kinds)) == 3 and turns >= len(word) // 4
