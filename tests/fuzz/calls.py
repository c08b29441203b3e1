"""One request as a value, and how a die makes one: from a route, from a page's own form or link, or from neither."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote

from PIL import Image
from werkzeug.routing import Map, Rule

from tests.fuzz import pages, values

ROLES = ("nobody", "viewer", "editor", "reviewer", "operator", "admin")
BODIES = ("form", "multipart", "json", "raw", "short", "long", "chunked")
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """One request. `body`: form, multipart, json, raw, short, long, chunked. `token`: right, other, junk, none. `cookie`: own, cut,
    forged, none."""

    role: str
    method: str
    path: str
    query: Pairs = ()
    headers: Pairs = ()
    fields: Pairs = ()
    files: tuple[tuple[str, str, str, bytes], ...] = ()
    body: str = "form"
    token: str = "right"
    cookie: str = "own"


@dataclass
class World:
    """What the strategies draw from: the desk's routes, its ids by kind, what its pages show, the names that it knows."""

    routes: Map
    ids: dict[str, list[str]]
    shown: list[pages.Shown]
    names: list[str] = field(default_factory=pages.field_names)
    asked: list[str] = field(default_factory=lambda: sorted({*pages.asked_names(), *pages.filters()}))
    blocks: list[str] = field(default_factory=pages.blocks)
    choices: dict[str, list[str]] = field(default_factory=pages.choices)
    avoid: tuple[str, ...] = ("accounts.sign_out",)

    def __post_init__(self) -> None:
        self.rules: list[Rule] = [rule for rule in self.routes.iter_rules() if rule.endpoint not in self.avoid]


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
_CURSORS = [
    base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=")
    for one in (
        [], {}, None, 1, ["x", "y"], [None, None], [1, "00000000-0000-0000-0000-000000000000"], ["0001-01-01T00:00:00", "0" * 32],
        ["9999-12-31T23:59:59+00:00", "f" * 32], ["a\x00b", "f" * 32], [10**30, "f" * 32], [1e308, "f" * 32], [float("inf"), "f" * 32],
        [float("nan"), "f" * 32], [True, "f" * 32], [[1], "f" * 32], ["\ud800", "f" * 32], ["x" * 9_000, "f" * 32], [{"a": 1}, "f" * 32],
        ["2026-11-29T10:00:00", "f" * 32], ["2026-11-29T10:00:00+14:00", "f" * 32], ["NaN", "f" * 32], ["1e400", "f" * 32], [-0.0, "f" * 32],
    )
]  # fmt: skip
_HEADERS: dict[str, tuple[str, ...]] = {
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


def a_call(dice: Random, world: World) -> Call:
    """Mostly a page's own form or link, or a route with right ids, with one to three things wrong."""
    way = dice.choice(
        ("page", "page", "page", "route", "route", "route", "route", "path") if world.shown else ("route",)
    )
    if way == "page":
        one = dice.choice(world.shown)
        role = one.role if dice.random() < 0.8 else dice.choice(ROLES)
        path, method = one.path, one.method
        query, fields = (
            _bent(dice, world, list(one.query), world.asked),
            _bent(dice, world, list(one.fields), world.names),
        )
    else:
        role = dice.choice((*ROLES, "admin", "operator"))
        path, method = _route(dice, world) if way == "route" else (_quoted("/" + values.evil(dice)[:300], "/"), "GET")
        query, fields = (
            _bent(dice, world, [], world.asked),
            _bent(dice, world, [], world.names, most=8 if method == "POST" else 1),
        )
    if dice.random() < 0.05:
        method = dice.choice(METHODS)
    files = _files(dice) if method == "POST" and (path.startswith("/content") or dice.random() < 0.05) else ()
    body = dice.choice(BODIES) if dice.random() < 0.2 else "multipart" if files else "form"
    token = dice.choice(("other", "junk", "none")) if dice.random() < 0.1 else "right"
    cookie = dice.choice(("cut", "forged", "none")) if dice.random() < 0.06 else "own"
    kept = tuple(fields) if method not in ("GET", "HEAD") else ()
    return Call(role, method, path, tuple(query), _headers(dice, world), kept, files, body, token, cookie)


def _quoted(text: str, safe: str = "") -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe=safe)


def _route(dice: Random, world: World) -> tuple[str, str]:
    rule = dice.choice(world.rules)
    parts = []
    for is_dynamic, text in rule._trace:
        if not is_dynamic:
            parts.append(text.lstrip("|"))
            continue
        options = getattr(rule._converters[text], "items", None)
        own = sorted(options) if options else world.ids.get(_kind(rule, text)) or [""]
        chance = dice.random()
        value = (
            dice.choice(own)
            if chance < 0.75
            else values.one_id(dice, world.ids)
            if chance < 0.88
            else values.evil(dice)
        )
        parts.append(_quoted(value[:2_000]))
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}) or ["GET"]
    return "".join(parts) or "/", dice.choice(methods)


def _kind(rule: Rule, name: str) -> str:
    """Of which kind a variable of a rule is; names that several rooms use are told apart by their room."""
    return {("audit.show", "key"): "audit", ("operations.event", "key"): "event"}.get((rule.endpoint, name), name)


def _bent(
    dice: Random, world: World, pairs: list[tuple[str, str]], names: list[str], most: int = 3
) -> list[tuple[str, str]]:
    """These fields with some left out, doubled, replaced, and some more."""
    if dice.random() < 0.5:  # a person fills in what is empty
        pairs = [(name, value or values.right(dice, name, world.ids, world.choices)) for name, value in pairs]
    for _ in range(dice.randint(0, most)):
        at = dice.randrange(len(pairs)) if pairs else -1
        name = pairs[at][0] if pairs and dice.random() < 0.7 else dice.choice(names)
        value = _value(dice, world, name)
        how = dice.choice(("replace", "replace", "replace", "drop", "double"))
        if how == "drop" and pairs:
            pairs.pop(at)
            continue
        if how == "replace":
            pairs = [(one, other) for one, other in pairs if one != name]
        pairs.append((name, value))
    return pairs


def _value(dice: Random, world: World, name: str) -> str:
    chance = dice.random()
    if chance < 0.1:
        return dice.choice(_CURSORS)
    return values.evil(dice) if chance < 0.6 else values.right(dice, name, world.ids, world.choices)


def _files(dice: Random) -> tuple[tuple[str, str, str, bytes], ...]:
    names = ("picture", "pictures", "pictures", "file", "body")
    return tuple((dice.choice(names), *dice.choice(UPLOADS)) for _ in range(dice.randint(0, 2)))


def _headers(dice: Random, world: World) -> Pairs:
    out: list[tuple[str, str]] = []
    if dice.random() < 0.35:
        out.append(("HX-Request", "true"))
        out.append(("HX-Target", dice.choice(world.blocks) if dice.random() < 0.8 else values.evil(dice)[:200]))
    if dice.random() < 0.25:
        names = dice.sample(sorted(_HEADERS), dice.randint(1, 2))
        out += [(name, dice.choice(_HEADERS[name])) for name in names]
    return tuple((name, _latin(value)) for name, value in out)


def _latin(value: str) -> str:
    """As a server hands a header over: bytes read as Latin-1, no ends of lines."""
    return value.encode("utf-8", "surrogatepass").decode("latin-1").replace("\r", "").replace("\n", "")
