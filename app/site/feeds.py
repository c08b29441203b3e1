"""Our posts as Atom (RFC 4287) and JSON Feed 1.1. Pure: entries in, text out; every text is escaped by the writers.

Errors: none. Control characters that XML 1.0 cannot carry are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """One post. `id` never changes (an address that need not answer); `html` is safe already."""

    id: str
    url: str
    title: str
    html: str
    published: datetime
    updated: datetime
    language: str = ""
    author: str = ""
    image: str = ""
    images: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Feed:
    """The channel: its title, its pages, where the feed itself stands."""

    title: str
    home: str
    atom: str
    json: str
    updated: datetime


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def atom(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """A valid Atom document; `xml:lang` where an entry has its own language."""
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed")
    _text(root, "id", feed.home)
    _text(root, "title", feed.title)
    _text(root, "updated", stamp(feed.updated))
    _link(root, "self", feed.atom, "application/atom+xml")
    _link(root, "alternate", feed.home, "text/html")
    for one in entries:
        root.append(_entry(one, feed))
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _entry(one: Entry, feed: Feed) -> ET.Element:
    made = ET.Element(f"{{{ATOM}}}entry")
    if one.language:
        made.set("{http://www.w3.org/XML/1998/namespace}lang", one.language)
    _text(made, "id", one.id)
    _text(made, "title", one.title or "Untitled")
    _text(made, "published", stamp(one.published))
    _text(made, "updated", stamp(one.updated))
    _link(made, "alternate", one.url, "text/html")
    _text(ET.SubElement(made, f"{{{ATOM}}}author"), "name", one.author or feed.title)
    content = _text(made, "content", one.html)
    content.set("type", "html")
    return made


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    made.text = _NOT_XML.sub("", text)
    return made


def _link(parent: ET.Element, rel: str, href: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": href, "type": kind})


def json_feed(feed: Feed, entries: Sequence[Entry]) -> str:
    """JSON Feed 1.1."""
    items = [_item(one) for one in entries]
    made = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.json,
        "items": items,
    }
    return json.dumps(made, ensure_ascii=False, indent=1)


def _item(one: Entry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": one.id, "url": one.url, "title": one.title, "content_html": one.html, "date_published": stamp(one.published),
        "date_modified": stamp(one.updated),
    }  # fmt: skip
    if one.language:
        item["language"] = one.language
    if one.author:
        item["authors"] = [{"name": one.author}]
    if one.image:
        item["image"] = one.image
    if one.images:
        item["attachments"] = [{"url": url, "mime_type": mime} for url, mime in one.images]
    return item
