"""Pictures for the demo desk, painted when needed: no binary file in the project, no licence to mind."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1200, 750)
STONES = {"iwagumi": ((620, 330, 260), (380, 200, 170), (830, 190, 150), (240, 120, 110), (980, 110, 120)),
          "stones": ((560, 300, 300), (330, 190, 190), (850, 220, 200))}  # fmt: skip


def paint(name: str) -> bytes:
    """A PNG of a planted tank: water, light, stones, a carpet, and for "iwagumi" a school of fish."""
    dice = random.Random(name)  # noqa: S311 (paint, not keys)
    image = _water()
    draw = ImageDraw.Draw(image)
    for x, height, width in STONES[name]:
        _stone(draw, dice, x, height, width)
    _carpet(draw, dice)
    if name == "iwagumi":
        _fish(draw, dice)
    out = io.BytesIO()
    image.filter(ImageFilter.SMOOTH).save(out, "PNG", optimize=True)
    return out.getvalue()


def _water() -> Image.Image:
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for y in range(SIZE[1]):
        part = y / SIZE[1]
        draw.line([(0, y), (SIZE[0], y)], fill=(int(206 - 96 * part), int(231 - 62 * part), int(224 - 70 * part)))
    return image


def _stone(draw: ImageDraw.ImageDraw, dice: random.Random, x: int, height: int, width: int) -> None:
    ground, tip = SIZE[1] - 110, x + dice.randint(10, 50)
    left, right = x - width // 2, x + width // 2
    draw.polygon(
        [(left, ground), (tip - 14, ground - height), (tip + 10, ground - height + 8), (right, ground)],
        fill=(92, 97, 99),
    )
    draw.polygon([(left, ground), (tip - 14, ground - height), (x - 10, ground)], fill=(118, 123, 124))


def _carpet(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    draw.rectangle([0, SIZE[1] - 112, SIZE[0], SIZE[1]], fill=(74, 122, 62))
    for _ in range(2600):
        x, y = dice.randint(0, SIZE[0]), dice.randint(SIZE[1] - 118, SIZE[1] - 20)
        draw.line(
            [(x, y), (x + dice.randint(-4, 4), y - dice.randint(8, 18))],
            fill=(dice.randint(80, 130), dice.randint(140, 185), 70),
            width=3,
        )


def _fish(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    for _ in range(9):
        x, y = dice.randint(120, 900), dice.randint(90, 260)
        draw.ellipse([x, y, x + 34, y + 11], fill=(214, 92, 78))
        draw.polygon([(x, y + 5), (x - 11, y), (x - 11, y + 11)], fill=(214, 92, 78))
