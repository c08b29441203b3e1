"""A picture that somebody uploaded: is it one, is it whole, is it safe; without the place it was taken at. Pure.

    1. size of the file, 2. what the bytes say they are (the name and the browser's type are not asked), 3. the memory it will take,
    from the header before anything is unpacked, 4. every frame unpacked (finds truncation), 5. metadata off, 6. a thumbnail and,
    where a platform needs one, a smaller rendition.

The bytes are kept: metadata goes piece by piece (metadata.py). Only a picture that the camera turned is written anew, upright.
Unpacking takes up to MAX_MEMORY, so the desk does it in a process apart, one at a time (unpacking.py).
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from PIL import Image, UnidentifiedImageError
from PIL.Image import Resampling

from app.content import metadata
from app.content.hashing import sha256
from app.lib.errors import Invalid

MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
MAX_FRAMES = 1_000
MAX_FRAMES_PIXELS = 200_000_000
MAX_MEMORY = 205_000_000
"""Bytes of one picture while it is unpacked; with the interpreter, the file and its copy it stays below 256 MB."""
THUMB = (480, 480)
MIMES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
# Bytes a pixel while it is unpacked, as measured (tests/unit/content/test_unpacking.py): still, moving, written anew.
COST = {"JPEG": (4.2, 4.2, 9), "MPO": (4.2, 4.2, 9), "PNG": (5.6, 14, 10), "WEBP": (24, 26, 35), "GIF": (14, 14, 14)}


@dataclass(frozen=True)
class Picture:
    """A checked picture: the bytes that will go out, and facts about them. `small`: the rendition for platforms that take no more."""

    data: bytes
    mime: str
    width: int
    height: int
    frames: int
    thumbnail: bytes
    small: Picture | None = None

    @property
    def sha256(self) -> str:
        return sha256(self.data)


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
        return Picture(clean, MIMES[header.kind], width, height, frames, _thumbnail(image))


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
        return _encode(upright, "JPEG", quality=92, subsampling=0, **how)
    return _encode(upright, kind, exif=b"", **({"lossless": True} if kind == "WEBP" else {}), **how)


def _encode(image: Any, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _thumbnail(image: Any) -> bytes:
    return _encode(_flat(image, THUMB), "JPEG", quality=80, optimize=True)


SMALL_BYTES = 950_000  # fits every platform that we know of: Bluesky's older servers take 1,000,000
SMALL_SIDE = 2048


def smaller(picture: Picture) -> Picture | None:
    """The same still picture as a JPEG that every platform takes; None when it is one already, or moves.

    Transparent parts become white. The colour profile stays. Made once when the picture is added, so that what a platform
    gets is settled before anybody approves it.
    """
    if picture.frames > 1 or (len(picture.data) <= SMALL_BYTES and picture.mime == "image/jpeg"):
        return None
    with Image.open(io.BytesIO(picture.data)) as image:
        profile = image.info.get("icc_profile") if image.mode in ("RGB", "RGBA") else None
        flat = _flat(image, (SMALL_SIDE, SMALL_SIDE))
    how = {"icc_profile": profile} if profile else {}
    for quality, side in ((88, 2048), (80, 2048), (80, 1600), (70, 1600), (60, 1200)):
        flat.thumbnail((side, side))
        data = _encode(flat, "JPEG", quality=quality, optimize=True, **how)
        if len(data) <= SMALL_BYTES:
            break
    return Picture(data, "image/jpeg", flat.width, flat.height, 1, picture.thumbnail)


def _flat(image: Any, size: tuple[int, int]) -> Any:
    """On white, no larger than `size`. A JPEG is unpacked no larger than that takes; anything else band by band made small."""
    image.draft(None, (2 * size[0], 2 * size[1]))
    image.load()
    factor = max(1, image.width // size[0], image.height // size[1])
    small = Image.new("RGBA", (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, BAND * factor):
        band = image.crop((0, top, image.width, min(top + BAND * factor, image.height))).convert("RGBA")
        small.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    small.thumbnail(size, Resampling.LANCZOS)
    flat = Image.new("RGB", small.size, "white")
    flat.paste(small, mask=small.getchannel("A"))
    return flat


BAND = 64  # lines of the smaller picture that are made at once
