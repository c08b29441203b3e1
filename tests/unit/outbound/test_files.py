"""The folder of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.outbound.files import Files


def test_put_read_exists_delete(tmp_path: Path) -> None:
    files = Files(tmp_path)
    sha256 = files.put(b"hello")
    assert sha256 == hashlib.sha256(b"hello").hexdigest()
    assert (files.read(sha256), files.exists(sha256), files.put(b"hello")) == (b"hello", True, sha256)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [files.path(sha256)]
    assert (files.delete(sha256), files.delete(sha256), files.exists(sha256)) == (True, False, False)
    with pytest.raises(FileNotFoundError):
        files.read(sha256)


def test_a_changed_file_is_not_read(tmp_path: Path) -> None:
    files = Files(tmp_path)
    sha256 = files.put(b"hello")
    files.path(sha256).write_bytes(b"hollo")
    with pytest.raises(ValueError, match="was changed"):
        files.read(sha256)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "a" * 63, "G" * 64, "A" * 64, f"{'a' * 64}\n"])
def test_no_way_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Files(tmp_path).path(name)


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Files(tmp_path).put(b"hello")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_half_a_file_is_put_whole_again(tmp_path: Path) -> None:
    """What a broken disk or a copy has cut short."""
    files = Files(tmp_path)
    sha256 = files.put(b"a whole picture")
    files.path(sha256).write_bytes(b"a whole")
    assert files.put(b"a whole picture") == sha256 and files.read(sha256) == b"a whole picture"
