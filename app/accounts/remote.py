"""One place in the world, one text. Pure: what an address and a remote account are, however they are written.

`normalize_address` an address as it is compared: "https://Social.Example:443/" and "social.example" are the same
`remote_account` the account at the other end as one text; two accounts of the desk with the same text are one place
`without_query`  either of them for people and for the audit: without what stands behind a "?"
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from app.platforms.addresses import ascii_host

OWN = ("site", "sandbox")
"""Platforms of the desk itself: nothing leaves it, so no two accounts are one place."""
PORTS = {"https": 443, "http": 80}
_SAFE = "!$&'()*+,;=:@/~-._"
_UNRESERVED = re.compile(r"%([0-9A-Fa-f]{2})")


def normalize_address(typed: str) -> str:
    """The address as it is compared; "" when it is none. Two that only differ in case of scheme and host, in the slash at
    the end, in a port that goes without saying, in punycode or in a fragment, are one."""
    text = typed.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = ascii_host((parts.hostname or "").rstrip(".")), parts.port
    except ValueError:
        return ""
    if parts.scheme not in PORTS or not host or "@" in parts.netloc or "\\" in parts.netloc:
        return ""
    explicit_port = f":{port}" if port and port != PORTS[parts.scheme] else ""
    query = f"?{_escape(parts.query, '?%')}" if parts.query else ""
    return f"{parts.scheme}://{host}{explicit_port}{_path(parts.path)}{query}"


def remote_account(platform: str, host: str, account_id: str | None) -> str:
    """`mastodon:<host>:<id>`, `bluesky:<did>`, `webhook:<address without scheme>`; "" where there is no other end or it
    is not known yet. A DID names its account on every server; a receiver is the same over http and https."""
    if platform in OWN or not account_id:
        return ""
    if platform == "webhook":
        return f"webhook:{normalize_address(account_id).partition('://')[2] or account_id}"
    if account_id.startswith("did:"):
        return f"{platform}:{account_id}"
    server = normalize_address(host).partition("://")[2].removesuffix(":80").removesuffix(":443")
    return f"{platform}:{server}:{account_id}" if server else ""


def without_query(text: str) -> str:
    """For people and for the audit: an address may carry a key behind its "?", and the audit keeps what it is given."""
    before, mark, _ = text.partition("?")
    return before + mark + "…" if mark else before


def _path(path: str) -> str:
    """Dots resolved, escapes written in one way, no slash at the end."""
    pieces: list[str] = []
    for piece in _escape(path, "%").split("/"):
        if piece == "..":
            pieces[-1:] = []
        elif piece not in ("", "."):
            pieces.append(piece)
    return "".join(f"/{piece}" for piece in pieces)


def _escape(text: str, safe: str) -> str:
    """What needs no escape stands plain, what does has capital digits, and what is no ASCII is escaped."""

    def unescape(found: re.Match[str]) -> str:
        plain = unquote(found[0])
        return plain if plain.isascii() and (plain.isalnum() or plain in "-._~") else found[0].upper()

    return quote(_UNRESERVED.sub(unescape, text), safe=_SAFE + safe)
