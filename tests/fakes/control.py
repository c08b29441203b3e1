"""The control protocol (described in `platform.py`)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.wire import Answer, Request

if TYPE_CHECKING:
    from tests.fakes.server import World


def answer(world: World, request: Request) -> Answer:
    """Carry out one control request."""
    values: dict[str, Any] = json.loads(request.body or b"{}")
    script = world.script
    verb = request.path.rpartition("/")[2]
    said: dict[str, Any] = {"ok": True}
    if verb in ("script", "barrier"):
        script.add(values)
    elif verb == "wait":
        said["hits"] = script.wait(int(values.get("count", 1)), float(values.get("seconds", 10)))
    elif verb == "release":
        script.release(None if values.get("all") else int(values["id"]))
    elif verb == "flush":
        said["stored"] = script.flush()
    elif verb == "age":  # what was posted moves into the past: the same as time that passes
        by = timedelta(seconds=float(values["seconds"]))
        for post in world.posts:
            if post["platform"] == "mastodon":
                made = datetime.fromisoformat(post["created_at"]) - by
                post["created_at"] = made.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    elif verb == "remove":  # somebody takes a post down by hand
        world.posts[:] = [post for post in world.posts if post["id"] != values["id"]]
    elif verb == "recount":  # counts begin anew, posts stay
        world.requests, world.creates = {}, []
    elif verb == "settings":
        world.settings |= values
    elif verb == "state":
        said |= {"posts": world.posts, "creates": world.creates, "requests": world.requests}
        said |= {"held": len(script.held), "sessions": len(world.sessions), "settings": world.settings}
    elif verb == "reset":
        world.reset()
    else:
        return Answer(404, {"error": f"no control verb {verb}"})
    return Answer(200, said)
