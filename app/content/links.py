"""Addresses in a text, and the link rules (UTM) put on them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from app.lib.links import urls


def addresses(text: str) -> list[str]:
    """Every http(s) address of the text, in order, without the full stop that ends the sentence."""
    return [link.text for link in urls(text)]


def add_utm(text: str, rules: Mapping[str, Any], platform: str) -> str:
    """The text with the link rules on every address that carries none of its own. `{platform}` in a rule is filled in."""
    utm = rules.get("utm") or {}
    if not utm:
        return text
    out, at = [], 0
    for link in urls(text):
        out += [text[at : link.start], _with(link.text, utm, platform)]
        at = link.end
    return "".join([*out, text[at:]])


def _with(address: str, utm: Mapping[str, str], platform: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if not parts.netloc or "utm_" in parts.query:
        return address
    added = "&".join(f"utm_{k}={quote(v.replace('{platform}', platform), safe='')}" for k, v in sorted(utm.items()))
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def malformed_addresses(text: str) -> list[str]:
    """Addresses that no browser will open: a missing or dotless host, a space in disguise."""
    out = []
    for address in addresses(text):
        try:
            host = urlsplit(address).hostname or ""
            good = bool(host) and ("." in host or host == "localhost") and ".." not in host and not host.endswith(".")
        except ValueError:
            good = False
        if not good:
            out.append(address)
    return out
