"""Taking secrets out of what is stored or shown. Pure, whole values, never the first or last letters.

Three nets: names that mean a secret (headers, JSON keys, URL parameters), secrets that the caller or the process knows, in
every form (`secret_forms`), and shapes that are secrets wherever they stand (`secret_shapes`), all of them also where somebody
escaped them or broke them over lines (`secret_views`). Linear in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from app.ground import secret_forms as forms
from app.ground import secret_shapes as shapes
from app.ground.secret_forms import SHORTEST, Needle
from app.ground.secret_views import Span, views

MARK = "[redacted]"
DEEPEST = 40
LONGEST = 64 * 1024  # of a body; only its first 6000 characters are kept anyway

_NAME = re.compile(
    r"pass(?:word|wd|phrase|code|wort)|pwd|token|secret(?!ar)|authori[sz]ation|api[-_ ]?key|credential|private[-_ ]?key|"
    r"access[-_ ]?key|account[-_ ]?key|signing[-_ ]?key|encryption[-_ ]?key|cookie|jwt|sessdata|session[-_ ]?(?:id|key)|bearer|"
    r"(?<![a-z])(?:t?otp|mfa)(?![a-z])|client[-_ ]?assertion|recovery[-_ ]?code",
    re.IGNORECASE,
)
_EXACT_NAMES = frozenset({"pass", "auth", "pin", "bili_jct", "sid", "sess", "session", "csrf"})
_URL_ONLY_NAMES = frozenset({"code", "sig", "key", "signature"})  # too common as JSON keys, telling in an address
_always: tuple[Needle, ...] = ()


def remember(secrets: Iterable[str | None]) -> None:
    """Secrets of this process (its keys, the passwords of its servers): redacted in every text from now on."""
    global _always
    _always = forms.needles(filter(None, secrets))


def is_secret_name(name: str) -> bool:
    """Whether a header, key or parameter of this name holds a secret."""
    return _NAME.search(name) is not None or name.lower() in _EXACT_NAMES


def text(value: str, secrets: Iterable[str] = ()) -> str:
    """Free text without known secrets, in whatever form they stand there, and without anything shaped like one."""
    return _text(value, _needles(secrets))


def _text(value: str, known: tuple[Needle, ...]) -> str:
    raw = value.encode("utf-8", "surrogatepass")
    found = _places(raw, known)
    return _without(raw, found).decode("utf-8", "replace") if found else value


def _places(raw: bytes, known: tuple[Needle, ...]) -> list[Span]:
    """Where secrets stand, in order."""
    if len(raw) < SHORTEST:
        return []
    found: list[Span] = []
    for view in views(raw):
        found += forms.spans(view, known)
        found += [view.span(*place) for place in shapes.spans(view.data, is_secret_name)]
    return sorted(found)


def _without(raw: bytes, places: list[Span]) -> bytes:
    """Each place, and those that touch it, as one mark."""
    out: list[bytes] = []
    at = 0
    for start, end in places:
        if end <= at:
            continue
        if start > at or not out:
            out += [raw[at:start], MARK.encode()]
        at = end
    return b"".join([*out, raw[at:]])


def _needles(secrets: Iterable[str]) -> tuple[Needle, ...]:
    return (*forms.needles(secrets), *_always)


def headers(values: Mapping[str, str], secrets: Iterable[str] = ()) -> dict[str, str]:
    """Header lines; a secret one keeps its name."""
    shown = {name: MARK if is_secret_name(name) else value for name, value in values.items()}
    known = _needles(secrets)
    if not _places("\x1f".join(shown.values()).encode("utf-8", "surrogatepass"), known):
        return shown
    return {name: _text(value, known) for name, value in shown.items()}


def url(value: str, secrets: Iterable[str] = ()) -> str:
    """An address without user, password, secret parameters and known secrets."""
    known = tuple(secrets)
    try:
        parts = urlsplit(value)
        query = parse_qsl(parts.query, keep_blank_values=True)
        netloc = parts.netloc
    except ValueError:
        return text(value, known)
    if "@" in netloc:
        netloc = f"{MARK}@{netloc.rpartition('@')[2]}"
    if query:
        pairs = [(name, MARK if is_secret_parameter(name) else text(item, known)) for name, item in query]
        parts = parts._replace(query=urlencode(pairs, safe="[]:/"))
    return text(urlunsplit(parts._replace(netloc=netloc)), known)


def value(item: Any, secrets: Iterable[str] = ()) -> Any:
    """A JSON value: what stands under a secret name goes as a whole, strings are searched."""
    return _value(item, _needles(secrets), 0)


def body(content: bytes, content_type: str, secrets: Iterable[str] = (), cap: int = 6000) -> str:
    """A request or answer body as text for storing, at most `cap` characters."""
    known = tuple(secrets)
    kind = content_type.partition(";")[0].strip().lower()
    if not content:
        return ""
    if kind.startswith(("multipart/", "image/", "video/", "audio/")) or kind == "application/octet-stream":
        return f"[{len(content)} bytes of {kind}]"
    raw = content[:LONGEST].decode("utf-8", "replace")
    if kind == "application/x-www-form-urlencoded":
        return _cut(url("?" + raw, known)[1:], cap)
    parsed = _parsed(raw)
    if parsed is not None:
        wanted = _needles(known)
        # where nothing is found in the whole, only names are looked at: most answers hold no secret
        searched = wanted if _places(raw.encode("utf-8", "surrogatepass"), wanted) else None
        return _cut(json.dumps(_value(parsed, searched, 0), ensure_ascii=False), cap)
    return _cut(text(_loose_pairs(raw), known), cap, len(content) - len(content[:LONGEST]))


def is_secret_parameter(name: str) -> bool:
    return is_secret_name(name) or name.lower() in _URL_ONLY_NAMES


def _value(item: Any, known: tuple[Needle, ...] | None, depth: int) -> Any:
    """`known` None: there is nothing to find in the strings."""
    if depth > DEEPEST:
        return "[too deep]"
    if isinstance(item, str):
        return item if known is None else _text(item, known)
    if isinstance(item, Mapping):
        return {_value(str(name), known, depth): _under(str(name), one, known, depth) for name, one in item.items()}
    if isinstance(item, list | tuple):
        return [_value(entry, known, depth + 1) for entry in item]
    if known is None or item is None or isinstance(item, bool):
        return item
    return item if _text(str(item), known) == str(item) else MARK


def _under(name: str, item: Any, known: tuple[Needle, ...] | None, depth: int) -> Any:
    if is_secret_name(name) and item not in (None, "") and not isinstance(item, bool):
        return MARK
    return _value(item, known, depth + 1)


def _parsed(raw: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


_PAIR = re.compile(r"""(["']?)([\w.-]{2,40})\1(\s*[:=]\s*)("(?:[^"\\]|\\.){0,4000}"?|'[^']{0,4000}'?|[^\s,;&}<"']+)""")


def _loose_pairs(raw: str) -> str:
    """`name: value` and `"name":"value"` in what only looks like JSON (a cut-off body, a log line)."""
    return _PAIR.sub(lambda m: f"{m[1]}{m[2]}{m[1]}{m[3]}{MARK}" if is_secret_name(m[2]) else m[0], raw)


def _cut(whole: str, cap: int, beyond: int = 0) -> str:
    more = max(0, len(whole) - cap) + beyond
    return f"{whole[:cap]}… [{more} more]" if more else whole
