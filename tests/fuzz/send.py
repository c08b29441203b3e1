"""Puts a call on the wire: the bytes of its body, its cookies, its token."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import quote_from_bytes

from tests.fuzz.calls import Call, Pairs

BOUNDARY = "x-fuzz-boundary"


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def urlencoded(pairs: Pairs) -> str:
    return "&".join(f"{quote_from_bytes(raw(name))}={quote_from_bytes(raw(value))}" for name, value in pairs)


def multipart(call: Call, fields: Pairs) -> bytes:
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (BOUNDARY.encode(), raw(name), raw(value))
        for name, value in fields
    ]
    for name, filename, kind, body in call.files:
        head = b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n'
        parts.append(head % (BOUNDARY.encode(), raw(name), raw(filename), raw(kind)) + body + b"\r\n")
    return b"".join(parts) + b"--%s--\r\n" % BOUNDARY.encode()


def written(call: Call, token: str) -> tuple[bytes, str, str | None]:
    """Body, content type, and a Content-Length that is not the true one."""
    fields = (*call.fields, *((("csrf_token", token),) if token else ()))
    if call.method in ("GET", "HEAD"):
        return b"", "", None
    if call.body == "multipart":
        return multipart(call, fields), f"multipart/form-data; boundary={BOUNDARY}", None
    if call.body == "json":
        made = (
            dict(fields),
            {name: len(value) for name, value in fields},
            [list(pair) for pair in fields],
            len(fields),
        )
        return json.dumps(made[len(fields) % len(made)]).encode(), "application/json", None
    if call.body == "raw":
        return b"\xff\xfe\x00" + raw(urlencoded(fields))[::-1], "multipart/form-data; boundary=y", None
    body = raw(urlencoded(fields))
    if call.body == "short":
        return multipart(call, fields)[:-30], f"multipart/form-data; boundary={BOUNDARY}", None
    return body, "application/x-www-form-urlencoded", str(len(body) + 500) if call.body == "long" else None


def send(browser: Any, call: Call, token: str) -> Any:
    """The answer of the desk, read to its end. Raises what the desk let through."""
    headers = [(name, value) for name, value in call.headers if name != "Content-Length"]
    if token:
        headers.append(("X-CSRFToken", token))
    body, kind, length = written(call, token)
    overrides: dict[str, Any] = {"CONTENT_TYPE": kind} if kind and "Content-Type" not in dict(call.headers) else {}
    if wrong := length or dict(call.headers).get("Content-Length"):
        overrides["CONTENT_LENGTH"] = wrong
    if call.body == "chunked":
        overrides |= {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    query = urlencoded(call.query)
    return browser.open(
        call.path + ("?" + query if query else ""), method=call.method, headers=headers, input_stream=io.BytesIO(body),
        content_length=len(body), environ_overrides=overrides,
    )  # fmt: skip
