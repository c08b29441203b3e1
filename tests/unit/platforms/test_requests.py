"""Every request that a connector makes is one that its platform documents: requests/<slug>.json, written by hand from the sources
that it names. Where a full description of the API lies beside the project, ours is held against it as well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator, ValidationError

from app.platforms import registry
from app.platforms.base import Media, Post, UnsealedAccount
from tests.fakes.client import Fake
from tests.fakes.ports import Recorder, context

FOLDER = Path(__file__).parent / "requests"
FULL = Path(__file__).resolve().parents[4] / "shared" / "platform-apis" / "mastodon-openapi.patched.json"
POST = Post(
    "hello https://example.org/a #tag",
    language="de-CH",
    title="A title",
    link="https://example.org/a",
    options={"visibility": "unlisted", "spoiler_text": "cw", "sensitive": "1", "card_title": "A card"},
)
HTTP = [connector.spec.slug for connector in registry.all() if connector.spec.credential_type != "none"]


@cache
def calls(slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{slug}.json").read_text("utf-8"))["calls"]
    return found


def fits(pattern: str, path: str) -> bool:
    parts, asked = pattern.split("/"), path.split("/")
    return len(parts) == len(asked) and all(p == a or p.startswith("{") for p, a in zip(parts, asked, strict=True))


def described(slug: str, method: str, url: str) -> dict[str, Any]:
    """The documented call of a request; one that names its path before one that leaves a part open."""
    path = urlsplit(url).path
    found = [call for call in calls(slug) if call["method"] == method and fits(call["path"], path)]
    assert found, f"requests/{slug}.json does not describe {method} {path}"
    return min(found, key=lambda call: call["path"].count("{"))


def as_documented(slug: str, method: str, url: str, values: Mapping[str, Any]) -> str:
    """The name of the call. Raises AssertionError or ValidationError when the request is not as the platform documents it."""
    call = described(slug, method, url)
    assert {name.lower() for name in values.get("headers") or {}} <= {name.lower() for name in call["headers"]}, url
    Draft202012Validator(call.get("query", {"maxProperties": 0})).validate(dict(values.get("params") or {}))
    assert ("json" in call) == (values.get("json") is not None), url
    Draft202012Validator(call.get("json", {})).validate(values.get("json"))
    assert {*(values.get("files") or {}), *(values.get("data") or {})} <= set(call.get("form", ())), url
    assert bool(call.get("content")) == (values.get("content") is not None), url
    if isinstance(call.get("content"), dict):
        Draft202012Validator(call["content"]).validate(json.loads(values["content"]))
    return str(call["name"])


@pytest.fixture
def accounts(
    fake: Fake, mastodon_account: UnsealedAccount, bluesky_account: UnsealedAccount
) -> dict[str, UnsealedAccount]:
    webhook = UnsealedAccount(
        "webhook", "cms", configuration={"url": f"{fake.url}/hook/cms"}, secrets={"secret": "whsec_" + "A" * 32}
    )
    return {"mastodon": mastodon_account, "bluesky": bluesky_account, "webhook": webhook}


def made_by(slug: str, account: UnsealedAccount, fake: Fake) -> set[str]:
    """The names of the calls that a whole life of two posts makes: with a picture, and with a card."""
    connector, recorder = registry.get(slug), Recorder()
    ctx = context(recorder)
    fake.settings(media_async=1)
    picture = (ctx.files.put(b"x", alt="an x", width=3, height=4),)  # type: ignore[attr-defined]  # the fake's own way in
    connector.verify(ctx, account)
    connector.refresh(ctx, account)
    for number, media in enumerate((picture, ())):
        post = Post(
            f"{POST.text} {number} @desk.test",
            POST.title,
            language=POST.language,
            link=POST.link,
            options=POST.options,
            media=media,
        )
        key = connector.client_key(post, ctx.clock.now())
        verdict = connector.publish(ctx, account, post, key, connector.prepare(ctx, account, post))
        connector.find(ctx, account, post, key, ctx.clock.now())
        connector.find(ctx, account, post, connector.client_key(post, ctx.clock.now()), ctx.clock.now())
        if "delete" in connector.spec.can:
            connector.metrics(ctx, account, [verdict.post_id])
            connector.delete(ctx, account, verdict.post_id)
    return {as_documented(slug, *call) for call in recorder.calls}


SEEN = {
    "mastodon": {"verify_credentials", "instance", "upload", "media", "create", "list", "status", "delete"},
    "bluesky": {"sign_in", "session", "upload", "resolve", "create", "find", "list", "posts", "delete"},
    "webhook": {"check", "create"},
}


@pytest.mark.parametrize("slug", HTTP)
def test_every_call_is_as_its_platform_documents_it(
    slug: str, fake: Fake, accounts: dict[str, UnsealedAccount]
) -> None:
    assert made_by(slug, accounts[slug], fake) >= SEEN[slug]


@pytest.mark.parametrize("slug", HTTP)
def test_every_documented_call_names_its_source_once(slug: str) -> None:
    assert all(call["source"] for call in calls(slug))
    assert len({call["name"] for call in calls(slug)}) == len(calls(slug))


@pytest.mark.parametrize(
    "post",
    [
        Post("hello"),
        Post("hallo", language="de-CH", options={"visibility": "unlisted", "spoiler_text": "cw"}),
        Post("", media=(Media("", "", 0),), options={"sensitive": "1"}),
    ],
)
def test_a_status_is_as_described(post: Post) -> None:
    from app.platforms.mastodon import body

    sent = body(post, {"media_ids": ["1"]} if post.media else {})
    as_documented("mastodon", "POST", "https://x.test/api/v1/statuses", {"json": sent})


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": ""},
        {"status": "x", "visibility": "everybody"},
        {"status": "x", "language": "de-CH"},
        {"media_ids": []},
        {"status": "x", "sensitive": "1"},
        {"status": "x", "anything": 1},
    ],
)
def test_a_request_that_is_not_as_described_is_found(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        as_documented("mastodon", "POST", "https://x.test/api/v1/statuses", {"json": wrong})


def test_a_call_that_nobody_documents_is_found() -> None:
    with pytest.raises(AssertionError, match="does not describe POST /api/v1/polls"):
        as_documented("mastodon", "POST", "https://x.test/api/v1/polls", {})


def test_what_we_wrote_down_stands_in_the_full_description_where_there_is_one() -> None:
    """The fields of bodies, forms and queries; `FULL` is of the Mastodon API, and others may run the tests without it."""
    paths = json.loads(FULL.read_text("utf-8"))["paths"] if FULL.exists() else None
    for call in calls("mastodon") if paths else ():
        if "nodeinfo" in call["path"]:
            continue  # not of this API
        (operation,) = [
            by[call["method"].lower()]
            for path, by in paths.items()
            if fits(path, call["path"]) and fits(call["path"], path)
        ]
        named = {one["name"] for one in operation.get("parameters", []) if one.get("in") == "query"}
        assert set(call.get("query", {}).get("properties", ())) <= named, call["name"]
        text = json.dumps(operation.get("requestBody", {}))
        assert all(f'"{field}"' in text for field in call.get("form", ())), call["name"]
