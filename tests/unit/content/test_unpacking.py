"""A picture is read in a process apart: bounded memory, bounded time, one at a time."""

from __future__ import annotations

import fcntl
import io
import signal
import struct
import subprocess
import sys
import zlib
from functools import cache

import pytest
from PIL import Image

from app.content import images, metadata, unpacking
from app.lib.errors import Invalid, TooMany

MB = 1024 * 1024


def saved(image, kind, **how):
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


def moving(kind, mode, side, frames):
    made = [Image.new(mode, (side, side), n) for n in range(frames)]
    return saved(made[0], kind, save_all=True, append_images=made[1:])


def still(mode, width, height, kind, **how):
    return cache(lambda: saved(Image.new(mode, (width, height)), kind, **how))


def film(*how):
    return cache(lambda: moving(*how))


# each is made once and tried twice
WORST = {  # the most of each kind that its header is allowed, or just beyond
    "png": still("RGBA", 7680, 4320, "PNG"), "png of 16 bits": still("I;16", 6000, 6000, "PNG"), "palette": still("P", 6000, 6000, "PNG"),
    "webp, lossless": still("RGBA", 2900, 2900, "WEBP", lossless=True), "webp": still("RGB", 2900, 2900, "WEBP"),
    "jpeg of 50 million": still("RGB", 7000, 7000, "JPEG"), "progressive": still("RGB", 5500, 5500, "JPEG", progressive=True, subsampling=0),
    "jpeg of four colours": still("CMYK", 4800, 4800, "JPEG"), "turned jpeg": still("RGB", 8000, 6000, "JPEG", exif=turned()),
    "turned png": still("RGB", 4500, 4500, "PNG", exif=turned()), "turned webp": still("RGB", 2400, 2400, "WEBP", exif=turned()),
    "gif": film("GIF", "P", 3800, 5), "apng": film("PNG", "RGB", 3800, 5), "moving webp": film("WEBP", "RGB", 2800, 5),
}  # fmt: skip
MEASURE = """
import sys
from app.content import unpacking
sys.stdout = open("/dev/null", "w")
unpacking.main()
found = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
sys.stderr.write(found.split()[1])
"""


@pytest.mark.parametrize("make", WORST.values(), ids=WORST)
def test_the_worst_picture_of_each_kind_takes_less_than_256_mb(make):
    """(S5) a lossless WebP of 2 kB took 1.6 GB before, a PNG 770 MB; now the largest that is allowed 240 MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], input=b'"x"\n' + make(), capture_output=True, cwd=unpacking.ROOT, check=True
    )
    assert int(done.stderr) * 1024 < 256 * MB


@pytest.mark.parametrize("make", WORST.values(), ids=WORST)
def test_what_its_header_allows_is_really_read(tmp_path, make):
    """(S5) the bound by the header and the limit of the process agree, so nobody's good picture is called too large late."""
    picture = unpacking.read(make(), "worst", tmp_path / "turn")
    assert picture.thumbnail[:2] == b"\xff\xd8" and picture.width > 2_000


BOMBS = {
    "webp, 2 kB": lambda: saved(Image.new("RGBA", (7071, 7071)), "WEBP", lossless=True),
    "png": lambda: saved(Image.new("RGB", (7071, 7071)), "PNG"), "webp header alone": lambda: webp_head(16_383),
    "moves for long": lambda: moving("GIF", "P", 2000, 52),
}  # fmt: skip


def webp_head(side):
    bits = (side - 1) | (side - 1) << 14
    chunk = b"VP8L" + struct.pack("<I", 10) + b"\x2f" + struct.pack("<I", bits) + b"\0" * 5
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_with_what_to_do(tmp_path, make):
    """(S5) by its header, before it is unpacked."""
    with pytest.raises(Invalid) as caught:
        unpacking.read(make(), "bomb.webp", tmp_path / "turn")
    assert "“bomb.webp”" in caught.value.message and (
        "fewer pixels" in caught.value.message or "moves for too" in caught.value.message
    )


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunks(*chunks):
    data = saved(Image.new("RGB", (20, 20)), "PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def test_texts_and_profiles_that_unpack_to_gigabytes_are_not_unpacked(tmp_path):
    """(S5) 60 MB of zeros in some kB, in each of the chunks that PNG packs."""
    packed = zlib.compress(b"\0" * 60_000_000)
    for name, body in ((b"zTXt", b"a\0\0" + packed), (b"iTXt", b"a\0\1\0\0\0" + packed), (b"iCCP", b"a\0\0" + packed)):
        try:
            picture = unpacking.read(with_chunks(chunk(name, body)), "x.png", tmp_path / "turn")
        except Invalid as refused:
            assert "damaged" in refused.message or "pixels" in refused.message
        else:
            assert name == b"iCCP" or len(picture.data) < 1_000
    with pytest.raises(ValueError, match="too many"):
        metadata.png(with_chunks(*[chunk(b"IDAT", b"")] * metadata.MAX_CHUNKS))


def test_a_picture_that_takes_too_long_is_given_up(tmp_path):
    """(S5) the process is ended by the kernel's clock of its own work, so a busy machine ends nothing."""
    done = subprocess.run([sys.executable, "-c", SPIN], input=b'"x"\n', capture_output=True, cwd=unpacking.ROOT)
    assert done.returncode == -signal.SIGXCPU


SPIN = """
from app.content import unpacking

def spin(data, name):
    while True:
        pass

unpacking.CPU_SECONDS, unpacking.images.read = 1, spin
unpacking.main()
"""


def test_the_process_brings_nothing_along_but_what_reads_pictures():
    """(S5) its memory is for the picture: database and web stay outside."""
    child = (
        "import sys, app.content.unpacking; print([m for m in ('sqlalchemy', 'flask', 'regex') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", child], capture_output=True, cwd=unpacking.ROOT, check=True)
    assert done.stdout == b"[]\n"


def test_pictures_take_turns(tmp_path, monkeypatch):
    """(S5) three at once were 4.3 GB: while one is read, in whichever process, the next one waits, and says so at last."""
    monkeypatch.setattr(unpacking, "WAIT", 0.0)
    small = saved(Image.new("RGB", (20, 20)), "PNG")
    with (tmp_path / "turn").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TooMany) as caught:
            unpacking.read(small, "a.png", tmp_path / "turn")
    assert caught.value.retry_after == 10 and "add this one again" in caught.value.message
    assert unpacking.read(small, "a.png", tmp_path / "turn").width == 20


def test_what_comes_back_is_what_was_read(tmp_path):
    data = saved(Image.effect_noise((2600, 1700), 110).convert("RGB"), "PNG")
    assert unpacking.read(data, "a.png", tmp_path / "turn") == images.read(data, "a.png")
    with pytest.raises(Invalid, match="not a picture we can read"):
        unpacking.read(b"<svg/>", "a.svg", tmp_path / "turn")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_keeps_its_bytes_and_loses_what_they_tell(kind):
    """(S5) nothing is packed anew: that took most of the memory, and made a small lossy WebP a large lossless one."""
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    data = saved(
        Image.effect_noise((200, 100), 90).convert("RGB"),
        kind,
        exif=exif.tobytes(),
        **({"xmp": b"<x/>"} if kind == "WEBP" else {}),
    )
    got = images.read(data + b"<script>")
    assert b"Camera" not in got.data and b"<script>" not in got.data and len(got.data) < len(data)
    with Image.open(io.BytesIO(data)) as one, Image.open(io.BytesIO(got.data)) as two:
        assert one.tobytes() == two.tobytes() and not two.getexif()
