"""A picture is read in a process apart: what its bytes do there ends with it.

    the desk        waits for its turn (one picture at a time on this desk), starts the process, hands over the bytes
    the process     gives itself a limit of memory and of CPU time, reads the picture (images.py), answers, ends

In: bytes and a name. Out: the checked picture. Errors: Invalid for the picture; TooMany when the turn does not come; Late when the
request's time is up, before a picture or while it is read.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.content import images
from app.content.picture import Picture
from app.lib.errors import Invalid, TooMany

MEMORY = 256 * 1024 * 1024
CPU_SECONDS = 20
SECONDS = 60
"""For a machine that has other things to do: then it is ended, too. Earlier, where the request has less time left."""
WAIT, STEP = 20.0, 0.05
ROOT = Path(__file__).resolve().parents[2]
BUSY = "Other pictures are being read just now. Nothing is lost: add this one again in a moment."


def read(data: bytes, name: str, turn: Path) -> Picture:
    """The checked picture, as `images.read` gives it. `turn`: a file that all processes of the desk can lock."""
    label = images.quote_name(name)
    images.check_size(data, label)
    with _turn(turn):
        try:
            done = subprocess.run(
                [sys.executable, "-m", __name__], input=json.dumps(name[:300]).encode() + b"\n" + data, capture_output=True,
                timeout=_seconds(), check=False,
                cwd=ROOT, env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            _seconds()
            raise images.too_large(label) from None
    if done.returncode:
        raise images.too_large(label)
    return _parse_answer(done.stdout)


def _seconds() -> float:
    """How long the process may take. Asked for each picture: one that is refused asks no database, which would ask otherwise."""
    from app.core import deadline  # here, because the process apart has no room for what it brings along (SQLAlchemy)

    deadline.check()
    left = deadline.remaining()
    return SECONDS if left is None else min(SECONDS, left)


@contextmanager
def _turn(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + WAIT
    with file.open("ab") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                _seconds()
                if time.monotonic() > until:
                    raise TooMany(BUSY, 10) from None
                time.sleep(STEP)
        yield


def _parse_answer(answer: bytes) -> Picture:
    head, _, rest = answer.partition(b"\n")
    header: dict[str, Any] = json.loads(head)
    if "wrong" in header:
        raise Invalid({"pictures": header["wrong"]})
    pieces = []
    for size in header["sizes"]:
        pieces.append(rest[:size])
        rest = rest[size:]
    thumbnail, data, *small_data = pieces
    small = Picture(small_data[0], thumbnail=thumbnail, **header["small"]) if small_data else None
    return Picture(data, thumbnail=thumbnail, small=small, **header["picture"])


def _answer(data: bytes, name: str) -> Iterator[bytes]:
    try:
        picture = images.read(data, name)
    except Invalid as wrong:
        yield json.dumps({"wrong": wrong.errors["pictures"]}).encode() + b"\n"
        return
    pieces = [picture.thumbnail, picture.data, *([picture.small.data] if picture.small else [])]
    header = {
        "picture": _facts(picture),
        "small": picture.small and _facts(picture.small),
        "sizes": [len(p) for p in pieces],
    }
    yield json.dumps(header).encode() + b"\n"
    yield from pieces


def _facts(picture: Picture) -> dict[str, Any]:
    return {k: v for k, v in asdict(picture).items() if k not in ("data", "thumbnail", "small")}


def main() -> None:
    """The process: limits first, then the name (no argument: it may hold what an argument cannot) and the bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    name = json.loads(sys.stdin.buffer.readline())
    for piece in _answer(sys.stdin.buffer.read(images.MAX_BYTES + 1), name):
        sys.stdout.buffer.write(piece)


if __name__ == "__main__":
    main()
