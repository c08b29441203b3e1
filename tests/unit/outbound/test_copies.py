"""The stored copies: no secret in them, at most 8 KiB each."""

from __future__ import annotations

import gzip
import json

from app.outbound.guard import Guard
from app.outbound.http import Http
from tests.unit.outbound.server import Raw, answer

LOCAL = Guard(["127.0.0.0/8"])
SECRET = "s3cr3t/value+1=="


def test_secrets_are_in_no_copy() -> None:
    body = json.dumps({"accessJwt": "eyJhbGciOi.eyJzdWIiOi.abc", "echo": f"you sent {SECRET}", "id": 1}).encode()
    with Raw(answer("200 OK", body, f"Set-Cookie: s={SECRET}")) as server:
        http = Http(LOCAL, secrets=[SECRET])
        headers = {"Authorization": f"Bearer {SECRET}", "X-Note": SECRET}
        got = http.create(
            "POST", f"{server.url}/a", headers=headers, params={"api_key": SECRET, "q": SECRET}, json={"pin": SECRET}
        )
    stored = json.dumps([got.request, got.response, got.url])
    assert SECRET not in stored
    assert "s3cr3t" not in stored
    assert "eyJ" not in stored
    assert SECRET.encode() in server.seen[0]
    assert json.loads(got.body)["id"] == 1


def test_a_header_that_cannot_be_sent_is_not_quoted() -> None:
    with Raw(answer()) as server:
        headers = {"Authorization": f"Bearer {SECRET}\nX: 1", "X-Key": f"{SECRET}\n"}
        for name in headers:
            got = Http(LOCAL, secrets=[SECRET]).create("POST", server.url, headers={name: headers[name]})
            assert (got.error, got.bytes_left) == ("bad_request", False)
            assert "s3cr3t" not in f"{got} {got.detail} {got.response}"


def test_copies_are_capped_and_files_are_named_only() -> None:
    with Raw(answer("200 OK", "ü".encode() * 50_000, *[f"X-{n}: {'y' * 500}" for n in range(60)])) as server:
        got = Http(LOCAL).create("POST", server.url, json={"text": "日" * 30_000})
        up = Http(LOCAL).call("POST", server.url, files={"file": ("a.png", b"\x89PNG" * 9, "image/png")})
    for copy in (got.request, got.response):
        assert len(json.dumps(copy, ensure_ascii=False).encode()) <= 8192
    assert "bytes of multipart/form-data" in up.request["body"]


def test_packed_answers_are_unpacked_up_to_the_cap() -> None:
    bomb = gzip.compress(b"x" * 5_000_000)
    with Raw(answer("200 OK", bomb, "Content-Encoding: gzip")) as server:
        assert Http(LOCAL, max_body=100_000).call("GET", server.url).error == "too_large"
        assert len(Http(LOCAL, max_body=6_000_000).call("GET", server.url).body) == 5_000_000
    with Raw(answer("200 OK", bomb[:-9], "Content-Encoding: gzip")) as server:
        assert Http(LOCAL, max_body=6_000_000).call("GET", server.url).error == "truncated"
