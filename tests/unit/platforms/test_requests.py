"""Requests of the Mastodon connector, validated against the API's description where it lies beside the project."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.platforms import registry
from app.platforms.base import Media, Post, UnsealedAccount
from tests.fakes.client import Fake
from tests.fakes.ports import Recorder, context

DESCRIPTION = Path(__file__).resolve().parents[4] / "shared" / "platform-apis" / "mastodon-openapi.patched.json"
pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="no ../shared/platform-apis/mastodon-openapi.patched.json"
)

MASTODON = registry.get("mastodon")


@cache
def description() -> dict[str, Any]:
    return json.loads(DESCRIPTION.read_text("utf-8"))


def validate(value: Any, schema: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator({**schema, "components": description()["components"]}).validate(value)


def operation(method: str, path: str) -> dict[str, Any]:
    """The described operation of a path with its parameters filled in."""
    for pattern, methods in description()["paths"].items():
        parts, asked = pattern.split("/"), path.split("/")
        if len(parts) == len(asked) and all(p == a or p.startswith("{") for p, a in zip(parts, asked, strict=True)):
            return methods[method.lower()]
    raise AssertionError(f"{method} {path} is not described")


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        (Post("hello"), "TextStatus"),
        (Post("hallo", language="de-CH", options={"visibility": "unlisted", "spoiler_text": "cw"}), "TextStatus"),
        (Post("", media=(Media("", "", 0),), options={"sensitive": "1"}), "MediaStatus"),
    ],
)
def test_a_status_is_as_described(post: Post, kind: str) -> None:
    from app.platforms.mastodon import body

    validate(body(post, {"media_ids": ["1"]} if post.media else {}), description()["components"]["schemas"][kind])


def test_every_call_is_described(fake: Fake, mastodon_account: UnsealedAccount) -> None:
    recorder = Recorder()
    ctx = context(recorder)
    fake.settings(media_async=1)
    post = Post("hello", media=(ctx.files.put(b"x", alt="an x"),))  # type: ignore[attr-defined]
    MASTODON.verify(ctx, mastodon_account)
    verdict = MASTODON.publish(ctx, mastodon_account, post, "key", MASTODON.prepare(ctx, mastodon_account, post))
    MASTODON.find(ctx, mastodon_account, post, "key", ctx.clock.now())
    MASTODON.metrics(ctx, mastodon_account, [verdict.post_id])
    MASTODON.delete(ctx, mastodon_account, verdict.post_id)
    seen = set()
    for method, url, values in recorder.calls:
        if "nodeinfo" in url:
            continue  # not of this API: https://nodeinfo.diaspora.software
        described = operation(method, url.removeprefix(fake.url))
        seen.add(described["operationId"])
        named = {p["name"].lower() for p in described.get("parameters", []) if "name" in p}
        assert {name.lower() for name in values.get("params") or {}} <= named
        extra = {name.lower() for name in values.get("headers") or {}} - {"authorization"}
        assert extra <= named, (method, url)
        if values.get("json") is not None:
            validate(values["json"], {"$ref": "#/components/schemas/MediaStatus"})
        if values.get("files"):
            form = described["requestBody"]["content"]["multipart/form-data"]["schema"]
            assert {*values["files"], *(values.get("data") or {})} <= set(form["properties"])
    assert {"createStatus", "createMediaV2", "getMedia", "getAccountStatuses", "deleteStatus"} <= seen
