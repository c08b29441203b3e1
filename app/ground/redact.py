"""Taking secrets out of what is stored or shown. Pure, whole values, never the first or last letters.

Three nets, in this order: names that mean a secret (headers, JSON keys, URL parameters), secrets that the caller
knows, and shapes that are secrets wherever they stand (Bearer, JWT, app passwords, bot tokens).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

MARK = "[redacted]"
SHORTEST = 4  # a shorter "secret" would black out ordinary words
DEEPEST = 40
LONGEST = 64 * 1024  # of a body; only its first 6000 characters are kept anyway

_NAME = re.compile(
    r"pass(?:word|wd|phrase|code)|pwd|token|secret|authori[sz]ation|api[-_ ]?key|credential|private[-_ ]?key|"
    r"access[-_ ]?key|cookie|jwt|sessdata|session[-_ ]?id|bearer|otp|client[-_ ]?assertion",
    re.IGNORECASE,
)
_EXACT_NAMES = frozenset({"pass", "auth", "pin", "bili_jct"})
_URL_ONLY_NAMES = frozenset({"code", "sig", "key", "signature"})  # too common as JSON keys, telling in an address
_SHAPES = re.compile(
    r"\b(?P<scheme>Bearer|Basic|DPoP|Bot|Token)(?P<gap>\s+)[A-Za-z0-9._~+/=:-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"
    r"|\bwhsec_[A-Za-z0-9+/=_-]{8,}"
    r"|\bxox[abceoprs]-[A-Za-z0-9-]{8,}"
    r"|(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}"
    r"|(?<![a-z0-9-])[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}(?![a-z0-9-])"
)
_HOOK_PATH = re.compile(r"(/webhooks/\d+/|/services/[A-Z0-9]+/[A-Z0-9]+/)[^/?#\s]+")


def is_secret_name(name: str) -> bool:
    """Whether a header, key or parameter of this name holds a secret."""
    return bool(_NAME.search(name)) or name.lower() in _EXACT_NAMES


def text(value: str, secrets: Iterable[str] = ()) -> str:
    """Free text without known secrets and without anything shaped like one."""
    for known in _forms(secrets):
        value = value.replace(known, MARK)
    value = _SHAPES.sub(_keep_scheme, value)
    return _HOOK_PATH.sub(lambda m: m[1] + MARK, value)


def headers(values: Mapping[str, str], secrets: Iterable[str] = ()) -> dict[str, str]:
    """Header lines; a secret one keeps its name."""
    known = tuple(secrets)
    return {name: MARK if is_secret_name(name) else text(value, known) for name, value in values.items()}


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
    return _value(item, tuple(_forms(secrets)), 0)


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
        return _cut(json.dumps(value(parsed, known), ensure_ascii=False), cap)
    return _cut(text(_loose_pairs(raw), known), cap, len(content) - len(content[:LONGEST]))


def is_secret_parameter(name: str) -> bool:
    return is_secret_name(name) or name.lower() in _URL_ONLY_NAMES


def _forms(secrets: Iterable[str]) -> list[str]:
    """Each known secret as it may stand in a text: plain, URL-encoded, JSON-escaped, base64. Longest first."""
    found: set[str] = set()
    for secret in secrets:
        if len(secret) < SHORTEST:
            continue
        raw = secret.encode("utf-8", "surrogatepass")
        found |= {secret, quote(raw, safe=""), quote(raw), json.dumps(secret)[1:-1]}
        found |= {json.dumps(secret, ensure_ascii=False)[1:-1], base64.b64encode(raw).decode()}
    return sorted(found, key=len, reverse=True)


def _value(item: Any, forms: tuple[str, ...], depth: int) -> Any:
    if depth > DEEPEST:
        return "[too deep]"
    if isinstance(item, str):
        for known in forms:
            item = item.replace(known, MARK)
        return text(item)
    if isinstance(item, Mapping):
        return {_name(str(k), forms): _under(str(k), v, forms, depth) for k, v in item.items()}
    if isinstance(item, list | tuple):
        return [_value(entry, forms, depth + 1) for entry in item]
    return item if _value_of_number(item, forms) else MARK


def _value_of_number(item: Any, forms: tuple[str, ...]) -> bool:
    return isinstance(item, bool) or item is None or str(item) not in forms


def _under(name: str, item: Any, forms: tuple[str, ...], depth: int) -> Any:
    if is_secret_name(name) and item not in (None, "") and not isinstance(item, bool):
        return MARK
    return _value(item, forms, depth + 1)


def _name(name: str, forms: tuple[str, ...]) -> str:
    for known in forms:
        name = name.replace(known, MARK)
    return text(name)


def _keep_scheme(match: re.Match[str]) -> str:
    return f"{match['scheme']}{match['gap']}{MARK}" if match["scheme"] else MARK


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
