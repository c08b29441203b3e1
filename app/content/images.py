"""A picture that somebody uploaded: is it one, is it whole, is it safe; without the place it was taken at. Pure.

    1. size of the file, 2. what the bytes say they are (the name and the browser's type are not asked), 3. the memory it will take,
    from the header before anything is unpacked, 4. every frame unpacked (finds truncation), 5. metadata off, 6. a thumbnail and,
    where a platform needs one, a smaller rendition.

The bytes are kept: metadata goes piece by piece (metadata.py). Only a picture that the camera turned is written anew, upright.
Unpacking takes up to MAX_MEMORY, so the desk does it in a process apart, one at a time (unpacking.py).
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any, NamedTuple

from PIL import Image, UnidentifiedImageError

from app.content import metadata
from app.content.picture import Picture, encode, smaller, thumbnail
from app.lib.errors import Invalid

MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
MAX_FRAMES = 1_000
MAX_FRAMES_PIXELS = 200_000_000
MAX_MEMORY = 205_000_000
"""Bytes of one picture while it is unpacked; with the interpreter, the file and its copy it stays below 256 MB."""
MIMES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
# Bytes a pixel while it is unpacked, as measured (tests/unit/content/test_unpacking.py): still, moving, written anew.
COST = {"JPEG": (4.2, 4.2, 9), "MPO": (4.2, 4.2, 9), "PNG": (5.6, 14, 10), "WEBP": (24, 26, 35), "GIF": (14, 14, 14)}


def read(data: bytes, name: str = "") -> Picture:
    """The checked picture. Raises Invalid {"pictures": what is wrong with `name` and what to do}."""
    label = quote_name(name)
    check_size(data, label)
    try:
        picture = _check(data, label)
        return replace(picture, small=smaller(picture))
    except (Image.DecompressionBombError, MemoryError):
        raise too_large(label) from None
    except UnidentifiedImageError:
        raise _no(f"{label} is not a picture we can read. Add a JPEG, PNG, WebP or GIF.") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError):
        raise _no(
            f"{label} is damaged or cut off. Open it in a picture program, save it anew and add it again."
        ) from None


def quote_name(name: str) -> str:
    """What a file is called in a sentence."""
    return f"“{name[:80]}”" if name else "This file"


def check_size(data: bytes, label: str) -> None:
    """What can be said without looking inside. Raises Invalid."""
    if not data:
        raise _no(f"{label} is empty. Choose the file again.")
    if len(data) > MAX_BYTES:
        most = f"{MAX_BYTES // 1_000_000} MB, which is the most that fits"
        raise _no(f"{label} is larger than {most}. Save it smaller and add it again.")


def too_large(label: str) -> Invalid:
    """The refusal of what takes too much memory or time."""
    return _no(f"{label} unpacks to too many pixels. Save it with fewer pixels, or as a JPEG, and add it again.")


def _no(message: str) -> Invalid:
    return Invalid({"pictures": message})


def _check(data: bytes, label: str) -> Picture:
    header = _read_header(data, label)
    clean = _upright(data, header.turn) if header.turn is not None else metadata.without(data, header.kind)
    with _open(clean) as image:
        frames = _unpack(image, label) if header.moves else 1
        width, height = image.size
        return Picture(clean, MIMES[header.kind], width, height, frames, thumbnail(image))


class _Header(NamedTuple):
    kind: str
    moves: bool
    turn: Image.Transpose | None


def _open(data: bytes) -> Any:
    return Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF"))


def _read_header(data: bytes, label: str) -> _Header:
    """What the header says; the picture is let go again, because some are made room for as soon as they are opened."""
    if (known := metadata.webp_size(data)) and not _affordable(known[0] * known[1], COST["WEBP"][known[2]]):
        raise too_large(label)
    with _open(data) as image:
        moves = image.format != "MPO" and getattr(image, "is_animated", False)
        turn = None if moves else _turn(image)
        if image.width < 2 or image.height < 2:
            raise _no(f"{label} is {image.width} by {image.height} pixels: too small to be seen.")
        if not fits(image, moves, turn is not None):
            raise too_large(label)
        if image.format in ("JPEG", "MPO") and metadata.has_many_scans(data):
            raise _no(
                f"{label} is written in more than {metadata.MAX_SCANS} passes. Save it anew as an ordinary JPEG and add it again."
            )
        return _Header(image.format, moves, turn)


def _turn(image: Any) -> Image.Transpose | None:
    """How the camera held it. A PNG that says so behind its pixels is not asked: Pillow would unpack it for that."""
    if image.format == "PNG" and "exif" not in image.info:
        return None
    return TURNS.get(image.getexif().get(ORIENTATION, 1))


def fits(image: Any, moves: bool, is_turned: bool) -> bool:
    """Whether unpacking it stays within the bounds, by its header."""
    pixels = image.width * image.height
    cost = COST[image.format][1 if moves else 2 if is_turned else 0]
    if image.format in ("JPEG", "MPO"):  # is unpacked at an eighth; a progressive one keeps all its coefficients
        cost = max(cost / 4 if not is_turned or pixels > LARGE_TURNED else cost, _coefficients(image))
    return _affordable(pixels, cost)


def _affordable(pixels: int, cost: float) -> bool:
    return pixels <= MAX_PIXELS and pixels * cost <= MAX_MEMORY


LARGE_TURNED = MAX_MEMORY // 9
"""Pixels above which a JPEG that the camera turned is set upright at half its width: still more than any platform shows."""


def _coefficients(image: Any) -> float:
    """Bytes a pixel that a progressive JPEG needs for its coefficients: two for each sample of each component."""
    if not image.info.get("progressive") and len(image.layer) < 4:
        return 0
    layers = [(h, v) for _, h, v, _ in image.layer]
    most = max(h for h, _ in layers) * max(v for _, v in layers)
    bytes_per_pixel: float = 2.2 * sum(h * v for h, v in layers) / most
    return bytes_per_pixel


def _unpack(image: Any, label: str) -> int:
    """Every frame; how many they are. A GIF says it nowhere, so they are counted as they come."""
    pixels, frame = image.width * image.height, 0
    while frame < getattr(image, "n_frames", 1) if image.format != "GIF" else True:
        if frame >= MAX_FRAMES or (frame + 1) * pixels > MAX_FRAMES_PIXELS:
            raise _no(
                f"{label} moves for too long: {MAX_FRAMES_PIXELS:,} pixels in all frames fit. Save it shorter or smaller."
            )
        try:
            image.seek(frame)
        except EOFError:
            break
        image.load()
        frame += 1
    image.seek(0)
    return frame


def _upright(data: bytes, turn: Image.Transpose) -> bytes:
    """Turned and written anew, without loss where the format can."""
    with _open(data) as image:
        kind, profile = image.format, image.info.get("icc_profile")
        if kind in ("JPEG", "MPO") and image.width * image.height > LARGE_TURNED:
            image.draft(image.mode, (image.width // 2, image.height // 2))
        upright = image.transpose(turn)
        upright.info = {k: v for k, v in image.info.items() if k == "transparency"}
    del image  # its pixels are not needed twice
    how: dict[str, Any] = {"icc_profile": profile} if profile else {}
    if kind in ("JPEG", "MPO"):
        return encode(upright, "JPEG", quality=92, subsampling=0, **how)
    return encode(upright, kind, exif=b"", **({"lossless": True} if kind == "WEBP" else {}), **how)
