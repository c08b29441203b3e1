"""Words of the environment → typed values. Each function takes the text and returns the value or raises `Bad` with what to write instead.

Pure: touches no file and no network. Used by `app/environment.py` only.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from app.lib.email_address import EXAMPLE, normalize

KeyRing = tuple[tuple[str, bytes], ...]
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?", re.IGNORECASE)
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Bad(ValueError):
    """The text is not usable; the message says what would be."""


def port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > 65535:
        raise Bad(f"is {value!r}; write a port number from 0 (any free one) to 65535, for example 8000")
    return int(value)


def proxies(value: str) -> int:
    if value not in {"0", "1", "2", "3"}:
        raise Bad(f"is {value!r}; write how many proxies of yours stand in front, 0 to 3")
    return int(value)


def flag(value: str) -> bool:
    word = value.lower()
    if word not in YES | NO:
        raise Bad(f"is {value!r}; write 1 or 0")
    return word in YES


def folder(value: str) -> Path:
    path = Path(value).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise Bad(f"is {value!r}, which is a file; write the path of a folder")
    return path


def email(value: str) -> str:
    try:
        return normalize(value)
    except ValueError:
        raise Bad(f"is {value!r}; write an e-mail address such as {EXAMPLE}") from None


def password(value: str) -> str:
    if len(value) < 12:
        raise Bad("is shorter than 12 characters; write a longer one, or leave it out and a random one is printed once")
    return value


def secret_key(value: str) -> str:
    if len(value) < 32:
        raise Bad(
            "is shorter than 32 characters; leave it out and one is made in the data folder, or write 64 random hex digits"
        )
    return value


def web_url(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise Bad(f"is {value!r}; write the address people type, for example https://desk.example.org")
    if parts.path.strip("/"):
        raise Bad(f"is {value!r}; a path is not possible, write the host alone, for example https://desk.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def hosts(value: str) -> tuple[str, ...]:
    found = tuple(word.lower() for word in re.split(r"[\s,]+", value) if word)
    wrong = [word for word in found if not _host_or_network(word)]
    if wrong:
        raise Bad(
            f"holds {', '.join(map(repr, wrong))}; write host names, addresses or networks with commas between, for example mastodon.lan, 10.0.0.0/8"
        )
    return found


def _host_or_network(word: str) -> bool:
    try:
        ipaddress.ip_network(word, strict=False)
    except ValueError:
        return "/" not in word and bool(HOST.fullmatch(word)) and not re.fullmatch(r"[\d.]+", word)
    return True


def postgres_url(value: str) -> str:
    """SQLAlchemy's address with the psycopg driver, whichever of the three usual spellings was given."""
    parts = _split(value)
    if parts.scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise Bad("must begin with postgresql:// (postgres:// and postgresql+psycopg:// are understood too)")
    if not parts.path.strip("/"):
        raise Bad("names no database; write postgresql://user:password@host:5432/pressroom")
    # urlunsplit drops the empty authority of "postgresql:///name?host=/folder", so the address is put together by hand
    return f"postgresql+psycopg://{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def redis_url(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise Bad("must begin with redis://, rediss:// or unix://")
    if parts.scheme == "unix" and not parts.path.strip("/"):
        raise Bad("names no socket; write unix:///run/redis/redis.sock?db=0")
    if parts.scheme != "unix" and not parts.hostname:
        raise Bad("names no host; write redis://host:6379/0")
    return value


def mail_url(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Bad("must look like smtp://user:password@mail.example.org:587 or smtps://…:465")
    return value


def files_url(value: str) -> str:
    """A folder, as a path or a file:// address."""
    scheme = urlsplit(value).scheme
    if scheme == "s3":
        raise Bad("names an S3 bucket, which is not supported yet; write the path of a folder")
    if scheme not in {"", "file"}:
        raise Bad(f"begins with {scheme}://; write the path of a folder")
    return folder(urlsplit(value).path if scheme else value).as_uri()


def key_ring(value: str) -> KeyRing:
    """`id:base64,id:base64`: 32 bytes each, the first one seals, all of them open."""
    ring: list[tuple[str, bytes]] = []
    for place, entry in enumerate(filter(None, re.split(r"[\s,]+", value)), 1):
        name, colon, encoded = entry.partition(":")
        if not colon or not KEY_ID.fullmatch(name):
            raise Bad(f"entry {place} has no id; write id:base64,id:base64 with the newest first")
        if name in dict(ring):
            raise Bad(f"holds the id {name!r} twice; give every key an id of its own")
        ring.append((name, _key_bytes(name, encoded)))
    if not ring:
        raise Bad("holds no key; leave it out and one is made in the data folder")
    return tuple(ring)


def _key_bytes(name: str, encoded: str) -> bytes:
    try:
        raw = base64.b64decode(encoded.replace("-", "+").replace("_", "/") + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Bad(f"the key {name!r} is not base64; make one with: openssl rand -base64 32") from None
    if len(raw) != 32:
        raise Bad(f"the key {name!r} is {len(raw)} bytes long, 32 are needed; make one with: openssl rand -base64 32")
    return raw


def _split(value: str):  # type: ignore[no-untyped-def]
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise Bad("is not an address; check the port and put % codes for special characters of the password") from None
    return parts


def without_password(value: str) -> str:
    """The address for a log or a page: the password is three dots."""
    parts = urlsplit(value)
    if not parts.password:
        return value
    place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:…@{place[2]}"))
