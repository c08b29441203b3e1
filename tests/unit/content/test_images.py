"""Pictures: whole, safe, without the place."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from app.content import images
from app.content.picture import SMALL_BYTES, smaller
from app.lib.errors import Invalid


def jpeg(size=(64, 48), colour=(200, 30, 30), **how):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", quality=90, **how)
    return out.getvalue()


def with_gps(orientation=1):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Camera"
    exif.get_ifd(0x8825)[2] = (9.0, 1.0, 48.0)
    return jpeg(exif=exif.tobytes(), comment=b"shot at home")


def refused(data, name="x.jpg"):
    with pytest.raises(Invalid) as caught:
        images.read(data, name)
    return caught.value.errors["pictures"]


def test_a_jpeg_loses_place_and_camera_but_not_one_pixel():
    data = with_gps()
    got = images.read(data, "tank.jpg")
    assert (
        b"Camera" not in got.data and b"shot at home" not in got.data and not Image.open(io.BytesIO(got.data)).getexif()
    )
    assert Image.open(io.BytesIO(got.data)).tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert (got.mime, got.width, got.height, got.frames) == ("image/jpeg", 64, 48, 1)


def test_a_turned_picture_is_set_upright():
    got = images.read(with_gps(orientation=6))
    assert (got.width, got.height) == (48, 64) and not Image.open(io.BytesIO(got.data)).getexif()


def test_what_is_glued_to_the_end_is_cut_off():
    assert b"<script>" not in images.read(jpeg() + b"<script>alert(1)</script>").data
    assert b"<script>" not in images.read(jpeg(progressive=True) + b"<script>").data


def test_the_colour_profile_stays():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert Image.open(io.BytesIO(images.read(jpeg(icc_profile=profile)).data)).info["icc_profile"] == profile


def test_a_forged_file_is_refused_by_what_it_is_not_by_its_name():
    assert "not a picture" in refused(b"<html><script>alert(1)</script></html>", "cat.png")
    assert "not a picture" in refused(b"GIF89a is what I claim to be", "cat.gif") or "damaged" in refused(
        b"GIF89a is what", "cat.gif"
    )
    assert "not a picture" in refused(b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg")


def test_a_wrong_name_does_not_matter():
    assert images.read(jpeg(), "picture.png").mime == "image/jpeg"


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_truncated_file_is_refused(share):
    data = jpeg((400, 300))
    assert "cut off" in refused(data[: int(len(data) * share)])


def test_truncated_png_webp_and_gif_too():
    for kind in ("PNG", "WEBP", "GIF"):
        out = io.BytesIO()
        Image.effect_noise((200, 200), 90).convert("RGB").save(out, kind)
        assert refused(out.getvalue()[: len(out.getvalue()) // 2]), kind


def test_a_bomb_is_refused_before_it_is_unpacked():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )
    assert "pixels" in refused(bomb)


def test_oversized_and_empty_say_what_to_do():
    assert "is larger than 20 MB" in refused(b"\xff\xd8" + b"0" * (images.MAX_BYTES + 1), "big.jpg")
    assert "empty" in refused(b"")


def moving(kind):
    frames = [Image.new("RGB", (40, 40), (n * 40, 0, 0)) for n in range(4)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=80, loop=0)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_what_moves_keeps_its_frames(kind):
    got = images.read(moving(kind))
    with Image.open(io.BytesIO(got.data)) as image:
        assert got.frames == image.n_frames == 4


def test_a_png_loses_its_text_chunks_and_keeps_transparency():
    from PIL.PngImagePlugin import PngInfo

    info, out = PngInfo(), io.BytesIO()
    info.add_text("Location", "9.03 N 38.74 E")
    Image.new("RGBA", (20, 20), (1, 2, 3, 100)).save(out, "PNG", pnginfo=info)
    got = images.read(out.getvalue())
    assert b"Location" not in got.data and Image.open(io.BytesIO(got.data)).getpixel((0, 0)) == (1, 2, 3, 100)


def test_the_same_bytes_have_the_same_name_and_a_thumbnail_is_small():
    one, two = images.read(with_gps()), images.read(with_gps())
    assert one.sha256 == two.sha256
    with Image.open(io.BytesIO(images.read(jpeg((2000, 1000))).thumbnail)) as small:
        assert small.size == (480, 240)


def test_a_large_picture_gets_a_twin_that_every_platform_takes():
    noise = Image.effect_noise((3000, 2000), 120).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    picture = images.read(out.getvalue())
    small = smaller(picture)
    assert len(picture.data) > 2_000_000 and len(small.data) <= SMALL_BYTES and small.mime == "image/jpeg"
    assert abs(small.width / small.height - 1.5) < 0.01


def test_what_fits_or_moves_gets_none():
    assert smaller(images.read(jpeg())) is None
    assert smaller(images.read(moving("GIF"))) is None
