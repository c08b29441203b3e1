"""A picture's bytes without what they tell beside the picture: place, camera, comments, texts, what is glued to the end. Pure.

The pixels stay bit for bit and nothing is unpacked. Errors: ValueError when the parts make no sense.
Sources: JPEG (ITU T.81, B.1), PNG (W3C, third edition, 5 and 11), WebP container (RFC 9649).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_CHUNKS = 50_000  # 20 MB in pieces of 8 kB are 2,500
MAX_SCANS = 100  # programs write about 10, the standard's own example 14
PNG = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs acTL fcTL fdAT".split()
)
WEBP_KEPT = frozenset((b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
WEBP_TELLS = 0x08 | 0x04  # flags of VP8X: EXIF, XMP
_NOT_FILL = re.compile(rb"[^\xff]", re.DOTALL)
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)


def without(data: bytes, kind: str) -> bytes:
    """`kind` as Pillow names it. A GIF stays as it is: its extensions carry how it moves."""
    strip = {"JPEG": jpeg, "MPO": jpeg, "PNG": png, "WEBP": webp}.get(kind)
    return strip(data) if strip else data


def jpeg(data: bytes) -> bytes:
    """Application segments go but JFIF, colour profile and Adobe's transform; so do comments and what follows the end."""
    out, at = bytearray(data[:2]), 2
    while True:
        if at + 4 > len(data) or data[at] != 0xFF:
            raise ValueError("broken JPEG segment")
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes, of which there may be millions
            at = ends.start() - 1 if (ends := _NOT_FILL.search(data, at + 1)) else len(data)
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at : at + 2 + length]
        if (
            not (0xE0 <= marker <= 0xEF or marker == 0xFE)
            or marker in (0xE0, 0xEE)
            or segment[4:16] == b"ICC_PROFILE\x00"
        ):
            out += segment
        at += 2 + length
        if marker == 0xDA:
            return bytes(out + data[at : _end(data, at)])


def _end(data: bytes, at: int) -> int:
    """Where the picture's own end marker stands: inside entropy-coded data FF is always followed by 00 or a restart, and between
    the scans of a progressive picture come segments with a length."""
    while found := _MARKER.search(data, at):
        at = found.start()
        if data[at + 1] == 0xD9:
            return at + 2
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return len(data)


def has_many_scans(data: bytes) -> bool:
    """Whether a JPEG has more than MAX_SCANS passes over its pixels. Each costs the whole picture's time in some bytes, so it is
    asked before anything is unpacked; in one walk along the markers, no further than that. Errors: ValueError for more segments
    than a picture has.

    Read as libjpeg reads it, so that no scan hides: only what has a length there is skipped, and filling bytes are nothing."""
    at = scans = 0
    for _ in range(MAX_CHUNKS):
        found = _MARKER.search(data, at)
        if not found or data[found.start() + 1] == 0xD9:
            return False
        marker, at = data[found.start() + 1], found.end()
        scans += marker == 0xDA
        if scans > MAX_SCANS:
            return True
        if marker >= 0xC0 and marker != 0xD8:
            at += int.from_bytes(data[at : at + 2], "big")
    raise ValueError("too many JPEG segments")


def png(data: bytes) -> bytes:
    """Only the chunks that make the picture, its colours and how it moves."""
    out, at = bytearray(PNG), len(PNG)
    for _ in range(MAX_CHUNKS):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if at + 12 + size > len(data):
            raise ValueError("cut PNG chunk")
        if name in PNG_KEPT:
            out += data[at : at + 12 + size]
        at += 12 + size
        if name == b"IEND":
            return bytes(out)
    raise ValueError("too many PNG chunks")


def webp(data: bytes) -> bytes:
    """The same for the RIFF container; the flags that announce what is gone are cleared."""
    body = bytearray()
    for name, chunk in _riff(data):
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_TELLS]) + chunk[9:]
        if name in WEBP_KEPT:
            body += chunk
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + bytes(body)


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, whole chunk with its padding) of each chunk."""
    at, end = 12, 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) + 1:
        raise ValueError("cut WebP")
    for _ in range(MAX_CHUNKS):
        if at + 8 > min(end, len(data)):
            return
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        whole = data[at : at + 8 + size + size % 2]
        if len(whole) < 8 + size:
            raise ValueError("cut WebP chunk")
        yield data[at : at + 4], whole
        at += 8 + size + size % 2
    raise ValueError("too many WebP chunks")


def webp_size(data: bytes) -> tuple[int, int, bool] | None:
    """Width, height, and whether it moves; None when it is no WebP. Pillow makes room for all of it before it tells."""
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if data[12:16] == b"VP8X":
        width, height = (1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        return width, height, bool(data[20] & 0x02)
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), False
    width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return width, height, False
