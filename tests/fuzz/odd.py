"""Uploads, cursors and headers that nobody meant. Data only."""

from __future__ import annotations

import base64
import io
import json

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    """A small true picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


_PNG = picture()
UPLOADS = (
    ("a.png", "image/png", _PNG), ("a.jpg", "image/jpeg", picture("JPEG")), ("a.gif", "image/gif", picture("GIF")), ("b.png", "image/png", b""),
    ("c.png", "image/png", b"no picture"), ("d.png", "image/png", _PNG[:-20]), ("e.png", "image/png", _PNG[:33]), ("", "image/png", _PNG),
    ("x\x00.png", "image/png", _PNG), ("../../etc/passwd", "text/plain", _PNG), ("\ud800.png", "image/png", _PNG), ("a" * 4_000, "image/png", _PNG),
    ("t.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ("f.webp", "image/webp", b"RIFF\xff\xff\xff\xffWEBPVP8 "),
    ("g.gif", "image/gif", b"GIF89a\xff\xff\xff\xff\x00\x00\x00"), ("h.tif", "image/tiff", b"II*\x00\xff\xff\xff\xff"),
    ("i.bmp", "image/bmp", b"BM" + b"\xff" * 60), ("j.jpg", "image/jpeg", b"\xff\xd8\xff\xe1\xff\xffExif\x00\x00MM\x00*" + b"\xff" * 40),
)  # fmt: skip
CURSORS = [
    base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=")
    for one in (
        [], {}, None, 1, ["x", "y"], [None, None], [1, "00000000-0000-0000-0000-000000000000"], ["0001-01-01T00:00:00", "0" * 32],
        ["9999-12-31T23:59:59+00:00", "f" * 32], ["a\x00b", "f" * 32], [10**30, "f" * 32], [1e308, "f" * 32], [float("inf"), "f" * 32],
        [float("nan"), "f" * 32], [True, "f" * 32], [[1], "f" * 32], ["\ud800", "f" * 32], ["x" * 9_000, "f" * 32], [{"a": 1}, "f" * 32],
        ["2026-11-29T10:00:00", "f" * 32], ["2026-11-29T10:00:00+14:00", "f" * 32], ["NaN", "f" * 32], ["1e400", "f" * 32], [-0.0, "f" * 32],
    )
]  # fmt: skip
HEADERS: dict[str, tuple[str, ...]] = {
    "Range": ("bytes=0-0", "bytes=-1", "bytes=9-1", "bytes=0-", "bytes=" + "0-1," * 500, "x", "bytes=99999999999999999999-"),
    "If-None-Match": ("*", '"x"', 'W/"', "x" * 5_000, ""), "If-Modified-Since": ("x", "Thu, 01 Jan 1970 00:00:00 GMT", "0", "Fri, 31 Dec 9999 23:59:59 GMT"),
    "If-Range": ('"x"', "x"), "Accept-Language": ("ar", "zh;q=1e400", "*;q=x", "x" * 2_000), "Accept": ("application/json", "*/*;q=NaN", "x", ""),
    "Content-Type": ("application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "x", "", "application/x-www-form-urlencoded; charset=utf-16"),
    "Referer": ("http://[::1", "http://localhost/records", "//evil.example", "x", "http://localhost/\udcff", "http://localhost/calendar?month=x"),
    "HX-Current-URL": ("http://[::1", "http://localhost/calendar?month=9999-99", "http://localhost/reviews?q=%00", "x", "\xff", "/reviews/x"),
    "HX-History-Restore-Request": ("true",), "X-Forwarded-For": ("x", "1.2.3.4", "::1", "fe80::1%eth0", "1.2.3.4:80", "", "a" * 3_000, "10.0.0.1, x"),
    "X-Forwarded-Proto": ("https", "x", "javascript"), "User-Agent": ("", "x" * 9_000, "\xff\xfe", "\x00"), "Sec-Fetch-Site": ("cross-site", "same-origin", "x"),
    "Expect": ("100-continue",), "X-HTTP-Method-Override": ("DELETE",), "Content-Length": ("x", "-1", "9" * 30), "Content-Encoding": ("gzip",),
    "Origin": ("null", "http://evil.example"), "Authorization": ("Basic x", "Bearer " + "x" * 99), "Accept-Encoding": ("gzip", "x"),
}  # fmt: skip
