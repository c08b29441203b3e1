"""What an instance says about itself. Source: https://docs.joinmastodon.org/entities/Instance/ and V1_Instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.wire import Answer, Request

if TYPE_CHECKING:
    from tests.fakes.server import World

VERSIONS = {
    "mastodon": "4.5.2",
    "pleroma": "2.7.2 (compatible; Pleroma 2.9.1)",
    "gotosocial": "0.20.1 git-1234567",
    "pixelfed": "3.5.3 (compatible; Pixelfed 0.12.6)",
}
MIMES = ["image/jpeg", "image/png", "image/gif", "image/heic", "image/webp", "video/mp4"]


def text_limit(world: World) -> int:
    """500 on Mastodon and Pixelfed, 5000 on the others, unless `settings` says otherwise."""
    usual = 5000 if world.settings["dialect"] in ("pleroma", "gotosocial") else 500
    return int(world.settings.get("max_characters", usual))


def configuration(world: World) -> dict[str, Any]:
    return {
        "statuses": {
            "max_characters": text_limit(world),
            "max_media_attachments": 4,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {
            "supported_mime_types": MIMES,
            "image_size_limit": 16_777_216,
            "image_matrix_limit": 33_177_600,
            "video_size_limit": 103_809_024,
            "description_limit": 1500,
        },
    }


def instance_v2(world: World, request: Request) -> Answer:
    dialect = world.settings["dialect"]
    if dialect in ("pleroma", "pixelfed"):
        return Answer(404, {"error": "Not implemented"})
    said = {"domain": world.url.removeprefix("http://"), "title": "A fake instance", "version": VERSIONS[dialect]}
    home = (
        "https://codeberg.org/superseriousbusiness/gotosocial"
        if dialect == "gotosocial"
        else "https://github.com/mastodon/mastodon"
    )
    said["source_url"] = home
    if dialect == "mastodon":
        said["api_versions"] = {"mastodon": 7}
    return Answer(200, {**said, "configuration": configuration(world), "languages": ["en"], "rules": []})


def instance_v1(world: World, request: Request) -> Answer:
    dialect = world.settings["dialect"]
    said: dict[str, Any] = {"uri": world.url.removeprefix("http://"), "title": "A fake", "version": VERSIONS[dialect]}
    if dialect == "pleroma":
        said |= {
            "max_toot_chars": text_limit(world),
            "upload_limit": 16_000_000,
            "description_limit": 5000,
            "max_media_attachments": 20,
        }
    else:
        said["configuration"] = configuration(world)
    return Answer(200, said)
