"""The payload of a version: its shape, its defaults, and how typed text becomes it. Pure.

    {schema, title, body (Markdown), language, variants {platform: {text, parts, first_comment, options}},
     media [{sha256, alt, crop}], disclosure, link_rules {utm {…}}}

A platform without a variant, or whose variant has no text, uses the shared text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.lib.storable import storable

SCHEMA = 1
DISCLOSURES = ("none", "assisted", "automated")
UTM = ("source", "medium", "campaign")

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")

Payload = dict[str, Any]


def clean(text: object) -> str:
    """Typed text without what no platform and no database takes: CR, NUL, other control characters, lone surrogates.

    Nothing visible changes: no Unicode normal form is forced on it (NFC rewrites CJK compatibility characters).
    """
    if not isinstance(text, str):
        return ""
    return str(storable(_CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))))


def line(text: object) -> str:
    """One line: inner runs of white space become one space."""
    return " ".join(clean(text).split())


def variant(raw: Mapping[str, Any]) -> dict[str, Any]:
    """One platform's own text; empty parts are left out so that an untouched field never changes the hash."""
    out: dict[str, Any] = {"text": clean(raw.get("text")).strip()}
    if parts := [p for p in (clean(p).strip() for p in raw.get("parts") or []) if p]:
        out["parts"] = parts
    if comment := clean(raw.get("first_comment")).strip():
        out["first_comment"] = comment
    if options := {str(k): v for k, v in (raw.get("options") or {}).items() if v not in (None, "", [])}:
        out["options"] = options
    return out


def media(raw: Mapping[str, Any]) -> dict[str, Any]:
    """One use of an asset: which bytes, the words for those who cannot see it, and what part of it."""
    crop = raw.get("crop")
    return {"sha256": str(raw["sha256"]), "alt": line(raw.get("alt")), "crop": list(crop) if crop else None}


def normalize(raw: Mapping[str, Any]) -> Payload:
    """The payload in normal form out of anything with these keys: the same words always give the same hash."""
    variants = {str(k): variant(v) for k, v in (raw.get("variants") or {}).items()}
    utm = (raw.get("link_rules") or {}).get("utm") or {}
    utm = {k: value for k in UTM if (value := line(utm.get(k)))}
    return {
        "schema": SCHEMA,
        "title": line(raw.get("title")),
        "body": clean(raw.get("body")).strip(),
        "language": line(raw.get("language")) or "en",
        "variants": {k: v for k, v in variants.items() if v["text"] or len(v) > 1},
        "media": [media(m) for m in raw.get("media") or []],
        "disclosure": raw.get("disclosure") if raw.get("disclosure") in DISCLOSURES else "none",
        "link_rules": {"utm": utm} if utm else {},
    }


def count_words(text: str) -> int:
    """Words of a text; a CJK character counts as one, as readers of those languages count."""
    return len(
        re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+", text)
    )
