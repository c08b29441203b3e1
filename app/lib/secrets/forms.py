"""Where a secret that we know stands in a text, in whatever form somebody else wrote it. Pure, linear in the text.

Found: as it is, in other letter case, escaped or broken over lines (`views`), in base64 (any alphabet, padded or not, at
any place of a longer value) and in hexadecimal; whole, or cut to a beginning of eight characters beyond what such secrets
have in common ("ghp_"). A secret of words alone is found from three fifths of it on, so that no ordinary word is taken for it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.lib.secrets.views import Span, View

SHORTEST = 4  # a shorter "secret" would black out ordinary words
LEAST = 8  # characters of a cut secret
_MARKER = re.compile(r"https?://[^/\s]*/|(?:[A-Za-z]{2,10}[-_.])(?:(?:live|test|proj|pat|v\d)[-_])?")
_WORDS = re.compile(r"[A-Za-z]+(?:[ _.-][A-Za-z]+)*")
_RUN = re.compile(rb"\s+")
ONE_ALPHABET = bytes.maketrans(b"-_", b"+/")
_BASE64, _HEX = re.compile(rb"[a-z0-9+/]*={0,2}"), re.compile(rb"[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Needle:
    """`least`: what must be there; `whole`: how far it may go; `run`: or all that follows of this alphabet."""

    least: bytes = field(repr=False)
    whole: bytes = field(repr=False)
    run: re.Pattern[bytes] | None = None
    is_exact: bool = False


def needles(secrets: Iterable[str]) -> tuple[Needle, ...]:
    """What to look for; once for many texts."""
    found: dict[tuple[bytes, bytes], Needle] = {}
    for secret in dict.fromkeys(secrets):
        if len(secret) >= SHORTEST:
            for one in _of(secret):
                found.setdefault((one.least, one.whole), one)
    return tuple(found.values())


def spans(view: View, wanted: Iterable[Needle]) -> list[Span]:
    """Each place, in the first text."""
    exact = view.data.translate(ONE_ALPHABET)
    folded = exact.lower()
    found = []
    for needle in wanted:
        hay, at = (exact if needle.is_exact else folded), 0
        while (at := hay.find(needle.least, at)) >= 0:
            end = _end(hay, at, needle)
            found.append(view.span(at, end))
            at = end
    return found


def _end(hay: bytes, at: int, needle: Needle) -> int:
    if needle.run is not None:
        match = needle.run.match(hay, at)
        return match.end() if match else at + len(needle.least)
    end = at + len(needle.least)
    for expected in needle.whole[len(needle.least) :]:
        if end >= len(hay) or hay[end] != expected:
            break
        end += 1
    return end


def _of(secret: str) -> list[Needle]:
    raw = secret.encode("utf-8", "surrogatepass")
    if len(secret) < LEAST:
        forms = {raw, base64.b64encode(raw).rstrip(b"="), raw.hex().encode()}
        return [Needle(one.translate(ONE_ALPHABET), b"", is_exact=True) for one in forms]
    found = []
    for plain in dict.fromkeys((raw, raw.replace(b" ", b"+"), _RUN.sub(_unless_broken, raw), _RUN.sub(b"", raw))):
        whole = plain.translate(ONE_ALPHABET).lower()
        least = _least(secret)
        found.append(Needle(whole[: max(LEAST, len(secret[:least].encode("utf-8", "surrogatepass")))], whole))
    least_bytes = len(secret[: _least(secret)].encode("utf-8", "surrogatepass"))
    found.append(Needle(raw[:least_bytes].hex().encode(), b"", _HEX))
    for offset in range(3):
        # what of the secret fills whole characters, wherever in a longer value it begins
        packed = base64.b64encode(b"\0" * offset + raw[:least_bytes])
        begin, end = -(-offset * 8 // 6), (offset + least_bytes) * 8 // 6
        found.append(Needle(packed[begin:end].translate(ONE_ALPHABET).lower(), b"", _BASE64))
    return found


def _unless_broken(spaces: re.Match[bytes]) -> bytes:
    return b"" if b"\n" in spaces[0] else spaces[0]


def _least(secret: str) -> int:
    """How many characters must be there."""
    if _WORDS.fullmatch(secret):
        return max(LEAST, -(-len(secret) * 3 // 5))
    marker = _MARKER.match(secret)
    return min(len(secret), LEAST + (marker.end() if marker else 0))
