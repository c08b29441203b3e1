"""Does a person's text hold a secret, and which? A guess: whoever calls asks, and never says the text itself. Pure.

Two places are asked about. A post (`in_text`) is long and public: only whole secrets count, so that nobody is asked without need.
A field of one value that is shown in clear (`in_field`): there a wrong alarm is cheap (another name is typed) and a miss is not, so
cut secrets count as well, but a text with spaces does not.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

from app.lib.secrets.names import is_secret_parameter
from app.lib.secrets.search import SCHEMES, is_mixed, may_be
from app.lib.secrets.shapes import NEVER, SHAPES, Shape

HEADER = "a sign-in header"
FIELD_HEADER, TEXT_HEADER = 12, 20  # characters after "Bearer": a shorter one is a word
SHORTEST = 24
"""Of a field: a random text shorter than this is a handle or an id more often than a secret."""
_RANDOM_IN_FIELD = 3.3  # bits per character: words stay near 3, random texts of this length lie above 3.5
# Six groups of four: WordPress shows its application passwords so (make.wordpress.org, application passwords).
_WORDPRESS = re.compile(r"(?<!\S)((?:[A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4})(?!\S)")
_ODD = re.compile(r"[A-Za-z]\d|\d[A-Za-z]|[a-z][A-Z]|[A-Z]{2}[a-z]")
_LONG = re.compile(r"(?<![\w/=?&.#%+-])[A-Za-z0-9_-]{32,}(?![\w/.-])")


def in_text(text: str) -> str | None:
    """What the text of a post seems to hold ("a GitHub token"), or None."""
    found = next(_names(text, lambda shape, secret: _is_whole(shape, secret)), None)
    if found is None and any(_is_header(match, TEXT_HEADER) for match in SCHEMES.finditer(_raw(text))):
        found = HEADER
    if found is None and any(_is_wordpress(match[1]) for match in _WORDPRESS.finditer(text)):
        found = "an app password"
    if found is None and any(_is_random_word(match[0]) for match in _LONG.finditer(text)):
        found = "a token or a password"
    return found


def in_field(text: str) -> str | None:
    """What the value of a field that everybody sees looks like ("an app password"), or None when it may be shown."""
    text = text.strip()
    header = SCHEMES.match(_raw(text))
    if header and _is_header(header, FIELD_HEADER):
        return HEADER
    if re.search(r"\s", text) and "://" not in text and "PRIVATE KEY" not in text:
        return None
    found = next(_names(text, _is_told), None)
    if found is None and "://" in text:
        found = _in_address(text)
    elif found is None and _is_random_value(text):
        found = "a token"
    return found


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _names(text: str, is_one: Callable[[Shape, bytes], bool]) -> Iterator[str]:
    data = _raw(text)
    for place in may_be(data, data.lower().decode("latin-1")):
        shape = SHAPES[place]
        for match in shape.pattern.finditer(data):
            if match["secret"] is not None and is_one(shape, match["secret"]):
                yield shape.name


def _is_whole(shape: Shape, secret: bytes) -> bool:
    return len(secret) >= shape.whole and (shape.is_sure is None or shape.is_sure(secret))


def _is_told(shape: Shape, secret: bytes) -> bool:
    """Whole, or cut but no mere word."""
    return shape.whole != NEVER and (len(secret) >= shape.whole or bool(re.search(rb"\d", secret)))


def _is_header(match: re.Match[bytes], shortest: int) -> bool:
    secret = match["secret"]
    return len(secret) >= shortest and (is_mixed(secret) or match["scheme"].lower() == b"bearer")


def _in_address(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.password:
        return "a password inside an address"
    hits = [name for name, value in parse_qsl(parts.query) if is_secret_parameter(name) and len(value) >= 8]
    return "a token inside an address" if hits else None


def _is_wordpress(groups: str) -> bool:
    """An IBAN and six short words are written alike: drawn by lot has digits and capitals inside most groups."""
    return sum(bool(_ODD.search(group)) for group in groups.split()) >= 3 and groups != groups.upper()


def _is_random_word(word: str) -> bool:
    """Upper and lower case and digits mixed many times over: no word, no hash tag."""
    kinds = [c.isdigit() * 2 + c.isupper() for c in word]
    turns = sum(a != b for a, b in itertools.pairwise(kinds))
    return len(set(kinds)) == 3 and turns >= len(word) // 4


def _is_random_value(text: str) -> bool:
    if len(text) < SHORTEST or re.search(r"[./@:]", text):
        return False
    kinds = [bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]")]
    return kinds[2] and sum(kinds) >= 2 and _entropy(text) >= _RANDOM_IN_FIELD


def _entropy(text: str) -> float:
    """Shannon's, in bits per character."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values())
