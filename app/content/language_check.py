"""Which language a text is surely not in, by its script. Pure: counts letters, knows no words."""

from __future__ import annotations

from collections import Counter

import regex

SCRIPTS = {
    "Hiragana": ("ja",),
    "Katakana": ("ja",),
    "Hangul": ("ko",),
    "Han": ("zh", "ja"),
    "Arabic": ("ar", "fa", "ur"),
    "Hebrew": ("he", "yi"),
    "Ethiopic": ("am", "ti"),
    "Thai": ("th",),
    "Devanagari": ("hi", "mr", "ne"),
    "Cyrillic": ("ru", "uk", "bg", "sr", "kk"),
    "Greek": ("el",),
}
LETTER = regex.compile("|".join(rf"(?P<{name}>\p{{Script={name}}})" for name in (*SCRIPTS, "Latin")))
ENOUGH = 0.6


def languages(text: str) -> tuple[str, ...]:
    """The languages written in the script of most of the text; () for Latin letters, mixtures and texts without letters."""
    counts = Counter(m.lastgroup for m in LETTER.finditer(text[:20_000]))
    total = sum(counts.values())
    if not total:
        return ()
    if counts["Hiragana"] + counts["Katakana"] > total * 0.1:  # Japanese mixes kana with Han
        return ("ja",)
    name, most = counts.most_common(1)[0]
    return SCRIPTS.get(name or "", ()) if most >= ENOUGH * total else ()


def mismatch(text: str, language: str) -> str | None:
    """The language that the text's script speaks for ("ar"), when the chosen one is not written in it."""
    likely = languages(text)
    return likely[0] if likely and language.split("-")[0] not in likely else None
