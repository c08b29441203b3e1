"""Requests and answers of the fake, as plain values."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path.rstrip("/") or "/"

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    @property
    def bearer(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def fields(self) -> dict[str, Any]:
        """JSON or form; `name[]` of a form is a list."""
        if "json" in self.headers.get("content-type", ""):
            value = json.loads(self.body or b"{}")
            return value if isinstance(value, dict) else {}
        found: dict[str, Any] = {}
        for name, value in parse_qsl(self.body.decode(), keep_blank_values=True):
            if name.endswith("[]"):
                found.setdefault(name[:-2], []).append(value)
            else:
                found[name] = value
        return found

    def multipart(self) -> dict[str, tuple[str, bytes, str]]:
        """name → (file name, content, type)."""
        head = f"Content-Type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        parts = {}
        for part in message.iter_parts():  # type: ignore[attr-defined]
            name = str(part.get_param("name", header="content-disposition"))
            parts[name] = (part.get_filename() or "", part.get_payload(decode=True), part.get_content_type())
        return parts


@dataclass
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


@dataclass
class Create:
    """A create request that was found good: `store` keeps the post and answers (again, for a known key)."""

    store: Callable[[], Answer]
    text: str = ""
    key: str = ""


Result = Answer | Create
