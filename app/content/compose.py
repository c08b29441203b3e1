"""What goes out on one platform, made of a payload. Pure: the same payload gives the same post, today and at the create call.

Raise COMPOSER_VERSION with every change that can alter a post: open records made by an older version are composed again and
held as "changed" when the result differs (docs/delivery.md; docs/data-model.md, last table).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from app.content import links
from app.content.hashing import canonical, sha256
from app.content.markdown_text import plain
from app.platforms import registry
from app.platforms.base import Limits, Media, Platform, Post

COMPOSER_VERSION = 2

DISCLOSED = {
    "assisted": {"en": "Written with the help of AI.", "de": "Mit Hilfe von KI geschrieben.", "fr": "Rédigé avec l’aide de l’IA.",
                 "es": "Escrito con ayuda de IA.", "zh": "本文在人工智能辅助下撰写。", "ar": "كُتب بمساعدة الذكاء الاصطناعي."},
    "automated": {"en": "Written by AI.", "de": "Von KI geschrieben.", "fr": "Rédigé par une IA.",
                  "es": "Escrito por IA.", "zh": "本文由人工智能撰写。", "ar": "كتبه الذكاء الاصطناعي."},
}  # fmt: skip


def compose(payload: Mapping[str, Any], platform: str, media: Mapping[str, Mapping[str, Any]] | None = None) -> Post:
    """The post for one platform. `media`: sha256 → {mime, size, width, height, small} of the stored assets
    (`queries.facts`); always the same ones, since a smaller rendition may stand in for a picture.

    Own text of the platform wins over the shared one and is sent as typed; the shared one is Markdown and becomes plain text
    where the platform takes none. Raises KeyError for a platform that does not exist.
    """
    spec = registry.get(platform).spec
    own = (payload.get("variants") or {}).get(platform) or {}
    shared = payload.get("body") or ""
    text = own.get("text") or (shared if "markdown" in spec.supports else plain(shared))
    rules = payload.get("link_rules") or {}
    text = _add_disclosure(links.add_utm(text, rules, platform), payload, spec)
    parts = tuple(links.add_utm(p, rules, platform) for p in own.get("parts") or ())
    title = str(payload.get("title") or "")
    options = own.get("options") or {}
    return Post(
        text=text,
        title=title if "title" in spec.supports else "",
        parts=parts,
        media=()
        if options.get("no_pictures")
        else tuple(_medium(m, media or {}, spec.limits) for m in payload.get("media") or ()),
        language=str(payload.get("language") or ""),
        link=next(iter(links.addresses(text)), ""),
        disclosure=_level(payload),
        options=_options(own),
        slug=slug(title),
    )


def _options(own: Mapping[str, Any]) -> dict[str, Any]:
    out = {k: v for k, v in (own.get("options") or {}).items() if k != "no_pictures"}
    if own.get("first_comment"):
        out["first_comment"] = own["first_comment"]
    return out


def _level(payload: Mapping[str, Any]) -> str:
    level = str(payload.get("disclosure") or "none")
    return "" if level == "none" else level


def _add_disclosure(text: str, payload: Mapping[str, Any], spec: Platform) -> str:
    """The text with the sentence that a platform without a field for it needs."""
    sentences = DISCLOSED.get(_level(payload))
    if not sentences or "disclosure" in spec.supports:
        return text
    language = str(payload.get("language") or "en").split("-")[0]
    return f"{text}\n\n{sentences.get(language, sentences['en'])}".strip()


def _medium(use: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], limits: Limits) -> Media:
    """The picture, or its smaller rendition where the platform would refuse it. Its own name stays at the desk."""
    facts = {"sha256": use["sha256"], **(known.get(use["sha256"]) or {})}
    if facts.get("small") and not _fits(facts, limits):
        facts = facts["small"]
    mime, sha = str(facts.get("mime") or ""), str(facts["sha256"])
    return Media(
        sha256=sha,
        mime=mime,
        size=int(facts.get("size") or 0),
        width=facts.get("width"),
        height=facts.get("height"),
        alt=use.get("alt") or "",
        name=f"{sha[:16]}.{mime.rpartition('/')[2] or 'bin'}",
    )


def _fits(facts: Mapping[str, Any], limits: Limits) -> bool:
    pixels = (facts.get("width") or 0) * (facts.get("height") or 0)
    return (
        (limits.media_bytes is None or int(facts.get("size") or 0) <= limits.media_bytes)
        and (limits.media_pixels is None or pixels <= limits.media_pixels)
        and facts.get("mime") in limits.media_mimes
    )


def slug(title: str) -> str:
    """The title as the last part of an address: letters and digits of any script, joined by hyphens."""
    return re.sub(r"[\W_]+", "-", title.lower()).strip("-")[:80].strip("-")


def hashed_fields(post: Post) -> dict[str, Any]:
    """All of a post that can reach a reader: what is hashed, and what pages show (version_view.py). Pictures count by hash and alt
    text: size and name follow from the bytes."""
    found = {f.name: getattr(post, f.name) for f in fields(post)}
    media = [{"sha256": m.sha256, "alt": m.alt} for m in post.media]
    return {**found, "parts": list(post.parts), "options": dict(post.options), "media": media}


def composed_hash(post: Post) -> str:
    """64 hex digits over all that can reach a reader."""
    return sha256(canonical(hashed_fields(post)))


def compose_for_approval(
    payload: Mapping[str, Any], platforms: Iterable[str], media: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """What an approval stores (approval_coverage.py): what is composed for each of these platforms, its hash, the composer's version."""
    posts = {p: compose(payload, p, media) for p in platforms}
    return {
        "version": COMPOSER_VERSION,
        "hashes": {p: composed_hash(post) for p, post in posts.items()},
        "posts": {p: hashed_fields(post) for p, post in posts.items()},
    }
