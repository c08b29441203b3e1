"""Taking secrets out of what is stored or shown. Pure, whole values, never the first or last letters.

Three nets: names that mean a secret (headers, JSON keys, URL parameters), secrets that the caller or the process knows, in
every form (`secrets.forms`), and shapes that are secrets wherever they stand (`secrets.shapes`), all of them also where somebody
escaped them or broke them over lines (`secrets.views`). Linear in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from app.lib.secrets import forms, is_secret_name, is_secret_parameter, search
from app.lib.secrets.forms import SHORTEST, Needle
from app.lib.secrets.views import Span, views

MARK = "[redacted]"
DEEPEST = 40
LONGEST = 64 * 1024  # of a body; only its first 6000 characters are kept anyway

_BROKEN = str.maketrans("", "", "\t\r\n")
_WIDE = re.compile(r"(utf-(?:16|32)(?:-?[lb]e)?)", re.IGNORECASE)
_always: tuple[Needle, ...] = ()
_WORD = re.compile(r"[a-z]+(?:_[a-z]+)*", re.ASCII)
MOST_WORDS = 1000
_harmless: set[str] = set()
"""Words in which nothing was found: states and kinds come again and again. Nothing but small letters, so that no key stays here."""


class Known(NamedTuple):
    """What is looked for in texts. `anything` False: nothing, for it is not there; names that mean a secret are hidden all the same.
    `in_names` False: nor does it stand in the names of headers."""

    needles: tuple[Needle, ...]
    anything: bool = True
    in_names: bool = True


Secrets = Iterable[str] | Known


def remember(secrets: Iterable[str | None]) -> None:
    """Secrets of this process (its keys, the passwords of its servers): redacted in every text from now on."""
    global _always
    _always = forms.needles(filter(None, secrets))
    _harmless.clear()


def only(secrets: Iterable[str]) -> Known:
    """These secrets without those of the process, for what must stay whole where it can: an id, a link."""
    return Known(forms.needles(secrets))


def also_always(wanted: Known) -> Known:
    """And those of the process."""
    return wanted._replace(needles=(*wanted.needles, *_always))


def holds(value: str, secrets: Secrets) -> bool:
    """Whether one of the secrets stands there, in any form. Many an id looks like a secret, or has four of its letters: neither
    shapes nor very short secrets count."""
    wanted = [needle for needle in prepare(secrets).needles if not needle.is_exact]
    return any(forms.spans(view, wanted) for view in views(value.encode("utf-8", "surrogatepass")))


def prepare(secrets: Secrets) -> Known:
    """The same secrets for many texts: their forms are made once."""
    return secrets if isinstance(secrets, Known) else Known((*forms.needles(secrets), *_always))


def prepare_for(pieces: Iterable[bytes], secrets: Secrets, names: Iterable[str] = ()) -> Known:
    """The secrets, or nothing where no piece of a whole holds one: searching once is cheaper than in every piece of it. `names`:
    those of its headers, searched as well."""
    wanted, told = prepare(secrets), [name.encode("utf-8", "surrogatepass") for name in names]
    if _places(b"\x1f".join([*pieces, *told]), wanted):
        return wanted
    return wanted._replace(anything=False, in_names=wanted.in_names and not told)


def text(value: str, secrets: Secrets = ()) -> str:
    """Free text without known secrets, in whatever form they stand there, and without anything shaped like one."""
    if not secrets and value in _harmless:
        return value
    shown = _text(value, prepare(secrets))
    if not secrets and shown == value and len(_harmless) < MOST_WORDS and _WORD.fullmatch(value):
        _harmless.add(value)
    return shown


def _text(value: str, known: Known) -> str:
    if not known.anything:
        return value
    raw = value.encode("utf-8", "surrogatepass")
    found = _places(raw, known)
    return _without(raw, found).decode("utf-8", "replace") if found else value


def _places(raw: bytes, known: Known) -> list[Span]:
    """Where secrets stand, in order."""
    if len(raw) < SHORTEST or not known.anything:
        return []
    found: list[Span] = []
    for view in views(raw):
        found += forms.spans(view, known.needles)
        found += [view.span(*place) for place in search.spans(view.data)]
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


def headers(values: Mapping[str, str], secrets: Secrets = ()) -> dict[str, str]:
    """Header lines; a secret one keeps its name. Names are searched, too: for what we know, not for shapes."""
    shown = {name: MARK if is_secret_name(name) else value for name, value in values.items()}
    wanted = prepare_for((value.encode("utf-8", "surrogatepass") for value in shown.values()), secrets)
    # whatever the caller says of "anything": it may have searched the values alone
    in_names = wanted._replace(anything=wanted.in_names and holds("\x1f".join(shown), wanted))
    return {_text(name, in_names): _text(value, wanted) for name, value in shown.items()}


def url(value: str, secrets: Secrets = ()) -> str:
    """An address without user, password, secret parameters and known secrets."""
    wanted = prepare(secrets)
    # urlsplit() drops these, and may put a secret together that nobody saw yet
    if "\t" in value or "\r" in value or "\n" in value:
        value, wanted = value.translate(_BROKEN), wanted._replace(anything=True)
    try:
        parts = urlsplit(value)
        query = parse_qsl(parts.query, keep_blank_values=True)
        netloc = parts.netloc
    except ValueError:
        return _text(value, wanted)
    if "@" in netloc:
        netloc = f"{MARK}@{netloc.rpartition('@')[2]}"
    if query:
        pairs = [(name, MARK if is_secret_parameter(name) else _text(item, wanted)) for name, item in query]
        parts = parts._replace(query=urlencode(pairs, safe="[]:/"))
    return _text(urlunsplit(parts._replace(netloc=netloc)), wanted)


def value(item: Any, secrets: Secrets = ()) -> Any:
    """A JSON value: what stands under a secret name goes as a whole, strings are searched."""
    return _value(item, prepare(secrets), 0)


def searchable(content: bytes, content_type: str) -> bytes:
    """As much of a body as is searched and shown; nothing of pictures and films."""
    kind = _kind(content_type)
    dull = kind.startswith(("multipart/", "image/", "video/", "audio/")) or kind == "application/octet-stream"
    return b"" if dull else _decode(content[:LONGEST], content_type).replace(b"\0", b"")


def _decode(content: bytes, content_type: str) -> bytes:
    """In UTF-8, whatever kind of Unicode it was: where NULs are dropped later, UTF-16 reads like plain text."""
    if b"\0" not in content:
        return content
    said, found = _WIDE.search(content_type), json.detect_encoding(content)
    encoding = said[1] if said and found.startswith("utf-8") else found
    return content if encoding.startswith("utf-8") else content.decode(encoding, "replace").encode("utf-8", "replace")


def body(content: bytes, content_type: str, secrets: Secrets = (), cap: int = 6000) -> str:
    """A request or answer body as text for storing, at most `cap` characters."""
    wanted, kind = prepare(secrets), _kind(content_type)
    if not content:
        return ""
    if not (raw := searchable(content, content_type).decode("utf-8", "replace")):
        return f"[{len(content)} bytes of {kind}]"
    if kind == "application/x-www-form-urlencoded":
        return _cut(url("?" + raw, wanted)[1:], cap)
    parsed = _parse(raw)
    if parsed is not None:
        # where nothing is found in the whole, only names are looked at: most answers hold no secret
        wanted = prepare_for((raw.encode("utf-8", "surrogatepass"),), wanted)
        shown = _value(parsed, wanted, 0) if wanted.anything else _by_name(parsed, 0)
        return _cut(json.dumps(shown, ensure_ascii=False), cap)
    return _cut(text(_loose_pairs(raw), wanted), cap, max(0, len(content) - LONGEST))


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _value(item: Any, known: Known, depth: int) -> Any:
    if depth > DEEPEST:
        return "[too deep]"
    if isinstance(item, str):
        return _text(item, known)
    if isinstance(item, Mapping):
        return {_value(str(name), known, depth): _under(str(name), one, known, depth) for name, one in item.items()}
    if isinstance(item, list | tuple):
        return [_value(entry, known, depth + 1) for entry in item]
    if item is None or isinstance(item, bool):
        return item
    return item if _text(str(item), known) == str(item) else MARK


def _under(name: str, item: Any, known: Known, depth: int) -> Any:
    return MARK if _goes(name, item) else _value(item, known, depth + 1)


def _goes(name: str, item: Any) -> bool:
    return is_secret_name(name) and item not in (None, "") and not isinstance(item, bool)


def _by_name(item: Any, depth: int) -> Any:
    """`_value` where nothing is known to stand in the texts."""
    if depth > DEEPEST:
        return "[too deep]"
    if isinstance(item, dict):
        return {name: MARK if _goes(name, one) else _by_name(one, depth + 1) for name, one in item.items()}
    return [_by_name(entry, depth + 1) for entry in item] if isinstance(item, list) else item


def _parse(raw: str) -> Any:
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
