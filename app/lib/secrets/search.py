"""Where a text holds what is a secret by its shape. Pure, linear: something that a pattern cannot do without is looked for first,
a word or a cheaper pattern.

Found: the shapes of the table, what follows Bearer and Basic, what stands beside a telling name; and, in base64 or hexadecimal, a
text that holds one.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from app.lib.secrets.forms import ONE_ALPHABET
from app.lib.secrets.names import is_secret_name
from app.lib.secrets.shapes import SHAPES
from app.lib.secrets.views import Span

_WORDS = [
    (word.decode(), place)
    for place, shape in enumerate(SHAPES)
    if isinstance(shape.needs, tuple)
    for word in shape.needs
]
# most texts have neither mark: none of the words with it needs to be looked for
_WITH_UNDERSCORE = [(word, place) for word, place in _WORDS if "_" in word]
_WITH_HYPHEN = [(word, place) for word, place in _WORDS if "-" in word and "_" not in word]
_WITH_NEITHER = [(word, place) for word, place in _WORDS if "-" not in word and "_" not in word]
_CHEAPER = [(shape.needs, place) for place, shape in enumerate(SHAPES) if isinstance(shape.needs, re.Pattern)]
SCHEMES = re.compile(rb"\b(?P<scheme>Bearer|Basic|DPoP|Bot|Token)\s+(?P<secret>[A-Za-z0-9._~+/=:-]{8,})", re.I)
_BEFORE = ("bearer", "basic", "dpop", "bot", "token")
# A name is not given back letter by letter: whatever follows it begins with none of its characters.
_PAIRS = re.compile(
    rb"(?<![\w.-])([\w.-]{2,40}+)[\"']?\s{0,3}(?:=>|[:=])\s{0,3}[\"']?(?P<secret>[A-Za-z0-9._~+/=:-]{8,})"
)
_BLOBS = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")
_ONLY_HEX = re.compile(rb"[0-9A-Fa-f]+")
_PRINTABLE = re.compile(rb"[\t\r\n\x20-\x7e]+")


def spans(data: bytes, deep: bool = True) -> Iterator[Span]:
    """Each place in `data`. `deep`: also what base64 or hexadecimal stands for."""
    low = data.lower().decode("latin-1")  # words are found faster in a text than in bytes
    for place in may_be(data, low):
        for match in SHAPES[place].pattern.finditer(data):
            if match["secret"] is not None:
                yield match.span("secret")
    if any(word in low for word in _BEFORE):
        for match in SCHEMES.finditer(data):
            if is_mixed(match["secret"]):
                yield match.span("secret")
    if b"=" in data or b":" in data:
        for match in _PAIRS.finditer(data):
            if is_secret_name(match[1].decode("ascii", "replace")) and is_mixed(match["secret"]):
                yield match.span("secret")
    if deep:
        for match in _BLOBS.finditer(data):
            plain = _unpack(match[0])
            if plain and any(True for _ in spans(plain, deep=False)):
                yield match.span()


def may_be(data: bytes, low: str) -> list[int]:
    """Which of the shapes may be there; the others cannot. `low`: the same as a text in small letters."""
    found = {place for word, place in _WITH_NEITHER if word in low}
    if "_" in low:
        found.update(place for word, place in _WITH_UNDERSCORE if word in low)
    if "-" in low:
        found.update(place for word, place in _WITH_HYPHEN if word in low)
    return sorted(found.union(place for needs, place in _CHEAPER if needs.search(data)))


def is_mixed(value: bytes) -> bool:
    """No word that people write: digits among letters, capitals inside, or the padding of an encoding."""
    letters = re.search(rb"[A-Za-z]", value)
    if letters and (re.search(rb"\d", value) or value.endswith(b"=")):
        return True
    return len(value) >= 12 and bool(re.search(rb"[a-z][A-Z]|[A-Z]{2}[a-z]", value))


def _unpack(blob: bytes) -> bytes:
    """What it stands for, when that is a text."""
    if len(blob) % 2 == 0 and _ONLY_HEX.fullmatch(blob):
        found = binascii.unhexlify(blob)
    else:
        plain = blob.rstrip(b"=").translate(ONE_ALPHABET)
        plain = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
        found = base64.b64decode(plain + b"=" * (-len(plain) % 4))
    return found if _PRINTABLE.fullmatch(found) else b""
