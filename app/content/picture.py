"""A checked picture, its thumbnail, and the smaller rendition for platforms that take no more. Pure."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image
from PIL.Image import Resampling

from app.content.hashing import sha256

THUMB = (480, 480)
SMALL_BYTES = 950_000  # fits every platform that we know of: Bluesky's older servers take 1,000,000
SMALL_SIDE = 2048
BAND = 64  # lines of the smaller picture that are made at once


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
        data = encode(flat, "JPEG", quality=quality, optimize=True, **how)
        if len(data) <= SMALL_BYTES:
            break
    return Picture(data, "image/jpeg", flat.width, flat.height, 1, picture.thumbnail)


def thumbnail(image: Any) -> bytes:
    return encode(_flat(image, THUMB), "JPEG", quality=80, optimize=True)


def encode(image: Any, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


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
