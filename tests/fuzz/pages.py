"""The forms and links that the desk's own pages show, and the names that its forms and templates know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.web.forms import Form

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = ("csrf_token",)
_ASKED = re.compile(
    r"""(?:args|form|files)(?:\.get|\.getlist)?[\[(]["']([a-z_]+)["']|["']([a-z_]+)["'] in request\.args"""
)


@dataclass(frozen=True)
class Shown:
    """A form (or a link, with method GET) as a page shows it: where it goes, its fields with what stands in them."""

    role: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...] = ()


class _Reader(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.found, self.open = here, [], None  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = (of.get("method", "get").upper(), of.get("action") or self.here, [])
        elif tag in ("input", "textarea", "select", "button", "option") and self.open is not None:
            self._field(tag, of)
        for name, method in (("href", "GET"), ("hx-get", "GET"), ("hx-post", "POST"), ("formaction", "POST")):
            if of.get(name, "").startswith(("/", "?")):
                self.found.append((method, self.here.split("?")[0] + of[name] if of[name][0] == "?" else of[name], []))

    def _field(self, tag: str, of: dict[str, str]) -> None:
        fields = self.open[2]  # type: ignore[index]
        if tag == "option":
            if "selected" in of and fields:
                fields[-1] = (fields[-1][0], of.get("value", ""))
        elif of.get("name") and of["name"] not in SKIPPED:
            fields.append((of["name"], of.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.open is not None:
            self.found.append(self.open)
            self.open = None


def shown(role: str, path: str, html: str) -> list[Shown]:
    """Everything on this page that leads to a request."""
    reader = _Reader(path)
    reader.feed(html)
    out = []
    for method, url, fields in reader.found:
        at = urlsplit(url)
        if at.netloc or at.path.startswith("/static"):
            continue
        query = tuple(parse_qsl(at.query, keep_blank_values=True))
        if method == "POST":
            out.append(Shown(role, "POST", at.path, query, tuple(fields)))
        else:
            out.append(Shown(role, "GET", at.path, (*query, *fields)))
    return list(dict.fromkeys(out))


def _forms() -> list[type[Any]]:
    found, more = [], [Form]
    while more:
        more = [kind for parent in more for kind in parent.__subclasses__()]
        found += more
    return found


def choices() -> dict[str, list[str]]:
    """Name of a field → the values that its menu offers, as far as the classes of the forms say."""
    out: dict[str, list[str]] = {}
    for kind in _forms():
        for name, value in vars(kind).items():
            given = getattr(value, "kwargs", {}).get("choices") if hasattr(value, "field_class") else None
            if isinstance(given, list | tuple):
                out.setdefault(name, []).extend(str(one[0] if isinstance(one, tuple) else one) for one in given)
    return out


def field_names() -> list[str]:
    """Names of fields, from the forms' classes, the templates and what the views read."""
    names = {name for kind in _forms() for name, value in vars(kind).items() if hasattr(value, "field_class")}
    for path in (ROOT / "templates").rglob("*.html"):
        names |= set(re.findall(r"""\bname="([a-z0-9_-]+)\"""", path.read_text()))
    return sorted(names | set(asked_names()))


def asked_names() -> list[str]:
    """Names of parameters that the views read, and of the lists' own."""
    found = {"q", "sort", "after", "before", "view", "block"}
    for path in (ROOT / "app").rglob("*.py"):
        found |= {one or two for one, two in _ASKED.findall(path.read_text())}
    return sorted(found)


def filters() -> list[str]:
    """Names of the filters of all lists."""
    import gc

    from app.core.listing import Listing

    return sorted({name for one in gc.get_objects() if isinstance(one, Listing) for name in one.filters})


def blocks() -> list[str]:
    """Every block of every template: what a client can name in HX-Target."""
    texts = (path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    return sorted({name for text in texts for name in re.findall(r"\{%-?\s*block\s+([a-z_]+)", text)})
