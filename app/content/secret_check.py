"""Whether a text that somebody writes holds what looks like a secret. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.lib.secrets import in_text


def find_secret(of: Mapping[str, Any]) -> str | None:
    """What in this payload looks like a secret, or None."""
    texts = [of["title"], of["body"], *(m["alt"] for m in of["media"])]
    for own in of["variants"].values():
        texts += [own["text"], own.get("first_comment", ""), *own.get("parts", ())]
    return next((kind for kind in map(in_text, texts) if kind), None)
