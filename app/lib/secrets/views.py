"""A text as it may have been written by somebody else: escaped, encoded, broken over lines. Pure, linear.

A view is the text with one kind of escapes taken away; every place in it is known in the text it was made of. Three rounds of
escapes are undone (JSON in JSON, an address in an address in JSON).
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

Span = tuple[int, int]
ROUNDS = 3

_BACKSLASHES = (
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[\\/\"'nrtbf]"
)
_PERCENTS, _ENTITIES = rb"%[0-9A-Fa-f]{2}", rb"&#[0-9]{1,7};|&#[xX][0-9a-fA-F]{1,6};|&[a-zA-Z]{2,8};"
_ESCAPES = re.compile(b"|".join((_BACKSLASHES, _PERCENTS, _ENTITIES)))
_OF_ONE_KIND = ((b"\\", re.compile(_BACKSLASHES)), (b"%", re.compile(_PERCENTS)), (b"&", re.compile(_ENTITIES)))
_QUOTED = re.compile(rb"=[0-9A-Fa-f]{2}|=[ \t]*\r?\n")
_BREAKS = re.compile(rb"(?:(?<![ \t])[ \t]+)?\r?\n[ \t>]*")  # a run of spaces is read from its begin alone
_SPACES = re.compile(rb"\s+")
# NUL (every other byte of UTF-16 is one; a database and a reader drop it), soft hyphen, and what has no width
_UNSEEN = re.compile(rb"(?:\x00|\xc2\xad|\xe2\x80[\x8b-\x8f]|\xe2\x81[\xa0-\xa4]|\xef\xbb\xbf)+")
_UNSEEN_MARKS = (b"\0", b"\xc2\xad", b"\xe2\x80", b"\xe2\x81", b"\xef\xbb\xbf")
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class View:
    """`data` with, for each replaced piece, where it stands here and in the view before."""

    def __init__(
        self, data: bytes, before: View | None = None, cuts: list[tuple[int, int, int, int]] | None = None
    ) -> None:
        self.data, self.before, self.cuts = data, before, cuts or []
        self.starts = [cut[0] for cut in self.cuts]

    def span(self, start: int, end: int) -> Span:
        """Where this piece stands in the first text."""
        if self.before is None:
            return start, end
        return self.before.span(self._place(start, False), self._place(end, True))

    def _place(self, at: int, is_end: bool) -> int:
        found = bisect_right(self.starts, at - 1 if is_end else at) - 1
        if found < 0:
            return at
        _, end, old_start, old_end = self.cuts[found]
        if at < end or (is_end and at == end):
            return old_end if is_end else old_start
        return old_end + (at - end)

    def without(self, pieces: re.Pattern[bytes], becomes: Callable[[bytes], bytes]) -> View | None:
        """The view in which each of these pieces is undone; None when there is none."""
        out, cuts, at, length = [], [], 0, 0
        for match in pieces.finditer(self.data):
            new = becomes(match[0])
            kept = self.data[at : match.start()]
            out += [kept, new]
            length += len(kept)
            cuts.append((length, length + len(new), match.start(), match.end()))
            length, at = length + len(new), match.end()
        if not cuts:
            return None
        out.append(self.data[at:])
        return View(b"".join(out), self, cuts)


def views(text: bytes) -> Iterator[View]:
    """The text itself and what it may stand for."""
    made = [View(text)]
    layers = [_visible(made)]
    for _ in range(ROUNDS):
        last = layers[-1]
        if b"\\" not in last.data and b"%" not in last.data and b"&" not in last.data:
            break
        if (plain := last.without(_ESCAPES, _plain)) is None:
            break
        made.append(plain)
        layers.append(_visible(made))
    made += _of_one_kind(made[0])
    for layer in layers[:2]:
        if b"=" in layer.data and (quoted := layer.without(_QUOTED, _unquote)) is not None:
            made += filter(None, (quoted, quoted.without(_ESCAPES, _plain)))
    for view in made:
        yield view
        if b"\n" in view.data or b"\r" in view.data or b"\t" in view.data:
            yield from filter(None, (view.without(pieces, _nothing) for pieces in (_BREAKS, _SPACES)))


def _of_one_kind(first: View) -> Iterator[View]:
    """The text with one kind of escapes undone, where it has several: what looks like an escape of another kind may be a part
    of the secret itself (a password with "%00" in it, in JSON that escapes its other letters)."""
    kinds = [(mark, pieces) for mark, pieces in _OF_ONE_KIND if mark in first.data]
    if len(kinds) < 2:
        return
    for mark, pieces in kinds:
        view: View | None = first
        for _ in range(ROUNDS):
            view = view.without(pieces, _plain) if view is not None and mark in view.data else None
            if view is not None:
                yield view


def _visible(made: list[View]) -> View:
    """The last of these views, or a further one: without what nobody sees in it."""
    last = made[-1]
    marks = _UNSEEN_MARKS[:1] if last.data.isascii() else _UNSEEN_MARKS  # all but NUL are beyond ASCII
    seen = last.without(_UNSEEN, _nothing) if any(mark in last.data for mark in marks) else None
    if seen is not None:
        made.append(seen)
    return made[-1]


def _nothing(_: bytes) -> bytes:
    return b""


def _plain(piece: bytes) -> bytes:
    """The bytes that an escape stands for."""
    head = piece[:2]
    if head in (b"\\u", b"\\x"):
        if len(piece) == 12:
            high, low = int(piece[2:6], 16) - 0xD800, int(piece[8:12], 16) - 0xDC00
            return chr(0x10000 + (high << 10) + low).encode()
        return chr(int(piece[2:], 16)).encode("utf-8", "surrogatepass")
    if piece[:1] == b"\\":
        return _NAMED.get(piece[1:], piece[1:])
    if piece[:1] == b"%":
        return bytes([int(piece[1:], 16)])
    return html.unescape(piece.decode("ascii")).encode("utf-8", "surrogatepass")


def _unquote(piece: bytes) -> bytes:
    return b"" if piece[-1:] == b"\n" else bytes([int(piece[1:], 16)])
