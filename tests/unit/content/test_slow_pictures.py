"""Pictures that take long: scans without end are refused by their markers, and no picture outlasts its request."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFile

from app.content import images, metadata, unpacking
from app.core import deadline
from app.lib.errors import Invalid

SOS = b"\xff\xda"


def jpeg(**how: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 90).convert("RGB").save(out, "JPEG", **how)
    return out.getvalue()


def repeated(many: int) -> bytes:
    """A progressive picture whose last scan comes again: `many` scans in all."""
    data = jpeg(progressive=True)
    return data[:-2] + data[data.rfind(SOS) : -2] * (many - data.count(SOS)) + data[-2:]


@pytest.mark.parametrize("turn", [1, 6])
def test_a_jpeg_of_many_scans_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch, turn: int) -> None:
    """(S5) 1,000 scans of 270 kB took 20 seconds of work; each costs what the whole picture does."""
    exif = Image.Exif()
    exif[images.ORIENTATION] = turn
    segment = b"Exif\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")
    data = repeated(101)
    data = data[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + data[2:]
    unpacked: list[object] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: unpacked.append(image))
    with pytest.raises(Invalid, match=r"“a\.jpg” is written in more than 100 passes\. Save it anew"):
        images.read(data, "a.jpg")
    assert not unpacked


def test_the_scans_that_programs_write_are_read() -> None:
    assert 4 < jpeg(progressive=True).count(SOS) < 20
    for data in (jpeg(), jpeg(progressive=True), repeated(100)):
        assert images.read(data).width == 64


def test_only_the_scans_of_the_picture_itself_count() -> None:
    """Not what stands in its segments (a small picture of the camera), nor behind its end (a film of a telephone)."""
    data = jpeg()
    inside = SOS * 300
    assert not metadata.has_many_scans(
        data[:2] + b"\xff\xe1" + (len(inside) + 2).to_bytes(2, "big") + inside + data[2:]
    )
    assert not metadata.has_many_scans(data + inside)


@pytest.mark.parametrize(
    "cover",
    [b"\xff\x01\xff\xf0", b"\xff\x02\xff\xf0", b"\xff\xd0\xff\xf0", b"\xff\xff\x01\xff\xf0", b"\xff\xd8\xff\xf0"],
)
def test_scans_do_not_hide_behind_what_has_no_length(cover: bytes) -> None:
    """Two bytes behind such a marker are no length there: read as one they would leap over 65,000 bytes of scans."""
    assert metadata.has_many_scans(jpeg()[:-2] + cover[:-2] + b"\x20\x20" + (SOS + b"\0\x08\1\1\0\0\x3f\0\x11") * 101)


def test_the_walk_along_the_markers_ends() -> None:
    """(S7) five million empty comments are looked at no further than a picture could have segments."""
    seen = 0

    class Counted:
        def search(self, data: bytes, at: int) -> Any:
            nonlocal seen
            seen += 1
            return real.search(data, at)

    real, metadata._MARKER = metadata._MARKER, Counted()  # type: ignore[assignment]  # a pattern that counts
    try:
        with pytest.raises(ValueError, match="too many JPEG segments"):
            metadata.has_many_scans(b"\xff\xd8" + b"\xff\xfe\0\2" * 5_000_000)
    finally:
        metadata._MARKER = real
    assert seen == metadata.MAX_CHUNKS


class Process:
    """In the process' place: with which time-out it was started, and how it ended."""

    def __init__(self, spent: bool = False, slow: bool = True) -> None:
        self.timeouts: list[float] = []
        self.spent, self.slow = spent, slow

    def __call__(self, command: list[str], timeout: float, **_how: Any) -> Any:
        self.timeouts.append(timeout)
        if self.spent:
            deadline._ends.set(0.0)
        if self.slow:
            raise subprocess.TimeoutExpired(command, timeout)
        return subprocess.CompletedProcess(command, 1, b"", b"")


@pytest.fixture
def request_() -> Iterator[None]:
    """A request that has just begun."""
    deadline.begin()
    yield
    deadline.clear()


def read(monkeypatch: pytest.MonkeyPatch, folder: Path, process: Process) -> None:
    monkeypatch.setattr(subprocess, "run", process)
    unpacking.read(b"x", "a.jpg", folder / "turn")


def test_a_picture_gets_no_more_time_than_its_request_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request_: None
) -> None:
    process = Process()
    with pytest.raises(Invalid, match="too many pixels"):
        read(monkeypatch, tmp_path, process)
    assert 0 < process.timeouts[0] <= deadline.SECONDS < unpacking.SECONDS


def test_a_job_has_the_whole_time_for_a_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    process = Process()
    with pytest.raises(Invalid):
        read(monkeypatch, tmp_path, process)
    assert process.timeouts == [unpacking.SECONDS]


@pytest.mark.parametrize("slow", [True, False])
def test_no_picture_is_begun_when_the_time_is_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request_: None, slow: bool
) -> None:
    """One that is cut short by the request's end is not called too large: the request is late."""
    process = Process(spent=True, slow=slow)
    with pytest.raises(deadline.DeadlineExceeded if slow else Invalid):
        read(monkeypatch, tmp_path, process)
    with pytest.raises(deadline.DeadlineExceeded):
        read(monkeypatch, tmp_path, process)
    assert len(process.timeouts) == 1
