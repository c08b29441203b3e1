"""A picture that somebody uploaded: is it one, is it whole, is it safe; without the place it was taken at. Pure.

    1. size of the file, 2. what the bytes say they are (the name and the browser's type are not asked), 3. pixels and frames from
    the header before anything is unpacked, 4. every frame unpacked (finds truncation), 5. metadata off, 6. a thumbnail.

Where the bytes can be kept they are: JPEG loses its EXIF, XMP and comments segment by segment and is only written anew when the camera
turned it; PNG and still WebP are written anew without loss; what moves (GIF, APNG, WebP) keeps its frames.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from app.content.hashing import sha256
from app.ground.errors import Invalid

MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
MAX_FRAMES_PIXELS = 400_000_000
THUMB = (480, 480)
MIMES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Picture:
    """A checked picture: the bytes that will go out, and facts about them."""

    data: bytes
    mime: str
    width: int
    height: int
    frames: int
    thumbnail: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.data)


def read(data: bytes, name: str = "") -> Picture:
    """The checked picture. Raises Invalid {"pictures": what is wrong with `name` and what to do}."""
    label = f"“{name[:80]}”" if name else "This file"
    if not data:
        raise _no(f"{label} is empty. Choose the file again.")
    if len(data) > MAX_BYTES:
        raise _no(
            f"{label} is larger than {MAX_BYTES // 1_000_000} MB, which is the most that fits. Save it smaller and add it again."
        )
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
            return _checked(image, data, label)
    except Image.DecompressionBombError:
        raise _no(f"{label} unpacks to too many pixels. Save it smaller and add it again.") from None
    except UnidentifiedImageError:
        raise _no(f"{label} is not a picture we can read. Add a JPEG, PNG, WebP or GIF.") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError):
        raise _no(
            f"{label} is damaged or cut off. Open it in a picture program, save it anew and add it again."
        ) from None


def _no(message: str) -> Invalid:
    return Invalid({"pictures": message})


def _checked(image: Any, data: bytes, label: str) -> Picture:
    mime, frames = MIMES[image.format], 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    pixels = image.width * image.height
    if pixels > MAX_PIXELS or pixels * frames > MAX_FRAMES_PIXELS:
        raise _no(
            f"{label} unpacks to {pixels * frames:,} pixels; at most {MAX_PIXELS:,} fit. Save it smaller and add it again."
        )
    if image.width < 2 or image.height < 2:
        raise _no(f"{label} is {image.width} by {image.height} pixels: too small to be seen.")
    for frame in range(frames):
        image.seek(frame)
        image.load()
    image.seek(0)
    clean = _clean(image, data, mime, frames)
    with Image.open(io.BytesIO(clean)) as final:
        return Picture(clean, mime, final.width, final.height, frames, _thumbnail(final))


def _clean(image: Any, data: bytes, mime: str, frames: int) -> bytes:
    turned = image.getexif().get(ORIENTATION, 1) not in (0, 1)
    if mime == "image/jpeg" and not turned:
        return jpeg_without_metadata(data)
    if mime == "image/gif":
        return data
    keep: dict[str, Any] = {"icc_profile": image.info.get("icc_profile")} if image.info.get("icc_profile") else {}
    if frames > 1:
        return _saved(image, image.format, save_all=True, lossless=True, **keep)
    upright = ImageOps.exif_transpose(image)
    upright.info = {k: v for k, v in upright.info.items() if k in ("icc_profile", "transparency")}
    if mime == "image/jpeg":
        return _saved(
            upright, "JPEG", quality=92, subsampling="keep" if image.format == "JPEG" and not turned else 0, **keep
        )
    return _saved(
        upright, image.format, exif=b"", **({"lossless": True} if mime == "image/webp" else {"optimize": False}), **keep
    )


def _saved(image: Any, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    if kind == "PNG":
        how.pop("lossless", None)
    image.save(out, kind, **how)
    return out.getvalue()


def jpeg_without_metadata(data: bytes) -> bytes:
    """The same pixels bit for bit: application segments go but JFIF, colour profile and Adobe's transform; so do comments and
    whatever follows the end of the picture. Raises ValueError when the segments make no sense."""
    out, at = bytearray(data[:2]), 2
    while True:
        if at + 4 > len(data) or data[at] != 0xFF:
            raise ValueError("broken JPEG segment")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
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
    while (at := data.find(b"\xff", at)) != -1 and at + 1 < len(data):
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0x00 or 0xD0 <= marker <= 0xD7 or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return len(data)


def _thumbnail(image: Any) -> bytes:
    return _saved(_flat(image, THUMB), "JPEG", quality=80, optimize=True)


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
        profile = (
            {"icc_profile": image.info["icc_profile"]}
            if image.info.get("icc_profile") and image.mode in ("RGB", "RGBA")
            else {}
        )
        flat = _flat(image, (SMALL_SIDE, SMALL_SIDE))
    for quality, side in ((88, 2048), (80, 2048), (80, 1600), (70, 1600), (60, 1200)):
        flat.thumbnail((side, side))
        data = _saved(flat, "JPEG", quality=quality, optimize=True, **profile)
        if len(data) <= SMALL_BYTES:
            break
    return Picture(data, "image/jpeg", flat.width, flat.height, 1, picture.thumbnail)


def _flat(image: Any, size: tuple[int, int]) -> Any:
    """On white, no larger than `size`."""
    small = image.convert("RGBA")
    small.thumbnail(size)
    flat = Image.new("RGB", small.size, "white")
    flat.paste(small, mask=small.getchannel("A"))
    return flat
