"""What of a version can reach a reader, in words: labelled rows for every page on which somebody decides or sends. Pure.

In: a payload. Out: rows. They are walked off what is hashed (`hashing.HASHED`, `compose.hashed_fields`), not off a list of their own:
a new field of either appears by itself, under its own name until it gets a better word here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.content.choices import DISCLOSURES, LANGUAGES
from app.content.compose import compose, hashed_fields
from app.content.hashing import HASHED
from app.platforms import registry
from app.platforms.base import ConfigField, Platform, Post

LABELS = {
    "text": "Text", "body": "Shared text", "title": "Title", "parts": "Further post", "media": "Picture", "language": "Language",
    "link": "Main link", "disclosure": "AI disclosure", "slug": "Page’s address", "link_rules": "Added to links",
    "first_comment": "First comment", "no_pictures": "Without pictures",
}  # fmt: skip
DRAWN = frozenset({"text", "title", "parts"})
YES = (True, "1", "true", "on")
Media = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One field: `sha256` where it is a picture. `is_drawn`: a preview shows it as it will look."""

    key: str
    label: str
    text: str
    sha256: str = ""

    @property
    def is_drawn(self) -> bool:
        return self.key in DRAWN


@dataclass(frozen=True)
class Section:
    """What goes out on one platform."""

    platform: str
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class VersionView:
    """A whole version: what it holds for all, what goes out on each platform, and what is written for others besides."""

    shared: Sequence[Row]
    platforms: Sequence[Section]
    others: Sequence[Section]


def version_view(payload: Mapping[str, Any], platforms: Iterable[str], media: Media | None = None) -> VersionView:
    """`platforms`: those that are decided on or covered. Own texts for any other are in `others`: hashed, but not covered."""
    wanted = list(platforms)
    known = [c.spec.slug for c in registry.all()]
    written = [slug for slug in payload.get("variants") or {} if slug not in wanted]
    there = [slug for slug in known if slug in wanted]
    return VersionView(
        shared_fields(payload),
        [_section(payload, slug, media) for slug in there],
        [_section(payload, slug, media) if slug in known else _unknown(payload, slug) for slug in written],
    )


def _section(payload: Mapping[str, Any], platform: str, media: Media | None) -> Section:
    return Section(platform, registry.get(platform).spec.name, platform_fields(payload, platform, media))


def _unknown(payload: Mapping[str, Any], platform: str) -> Section:
    """Written for a platform that this desk does not know."""
    return Section(platform, label_of(platform), _any(platform, payload["variants"][platform]))


def shared_fields(payload: Mapping[str, Any]) -> list[Row]:
    """The version's own fields, those of single platforms left out."""
    out: list[Row] = []
    for key in HASHED:
        if key not in ("schema", "variants"):
            out += _field(key, payload.get(key), None)
    return out


def platform_fields(payload: Mapping[str, Any], platform: str, media: Media | None = None) -> list[Row]:
    """All that goes out on one platform."""
    spec, post = registry.get(platform).spec, compose(payload, platform, media)
    own = (payload.get("variants") or {}).get(platform) or {}
    out: list[Row] = []
    for key, value in hashed_fields(post).items():
        if key == "options":
            out += _options(value, spec)
        elif key == "media" and len(value) > 1 and _as_listed(post, payload):
            out.append(Row(key, "Pictures", f"All {len(value)} in their order, with their descriptions"))
        elif key != "slug" or "title" in spec.supports:
            out += _field(key, value, spec)
    left = {k: v for k, v in (own.get("options") or {}).items() if k not in post.options}
    return [*out, *_options(left, None)]


def _as_listed(post: Post, payload: Mapping[str, Any]) -> bool:
    """The pictures go out as they stand in the version: the same bytes and words in the same order."""
    uses = [(m["sha256"], m.get("alt") or "") for m in payload.get("media") or []]
    return [(m.sha256, m.alt) for m in post.media] == uses


def _field(key: str, value: Any, spec: Platform | None) -> list[Row]:
    if key == "media":
        return [_picture(at, use) for at, use in enumerate(value or [], 1)]
    if key == "parts":
        return [Row(key, f"{LABELS[key]} {at}", part) for at, part in enumerate(value, 1)]
    if key == "language":
        return [Row(key, LABELS[key], language(str(value or "")))] if value else []
    if key == "disclosure":
        word = dict(DISCLOSURES).get(value or "none", str(value))
        return [Row(key, LABELS[key], word)] if spec is None or value else []
    if key == "link_rules":
        return [Row(key, LABELS[key], rules)] if (rules := _rules(value or {})) else []
    return _any(key, value)


def _rules(value: Mapping[str, Any]) -> str:
    """ "utm_source=desk", a line each; any other rule under its own name."""
    utm = [f"utm_{k}={v}" for k, v in sorted((value.get("utm") or {}).items())]
    return "\n".join([*utm, *filter(None, [_flat({k: v for k, v in value.items() if k != "utm"})])])


def _any(key: str, value: Any) -> list[Row]:
    """A field that has no words of its own."""
    text = _flat(value)
    return [Row(key, LABELS.get(key) or label_of(key), text)] if text else []


def _picture(at: int, use: Mapping[str, Any]) -> Row:
    """Its words, and whatever else is known of this use."""
    more = [
        f"{label_of(k)}: {_flat(v)}" for k, v in use.items() if k not in ("sha256", "alt") and v not in (None, "", [])
    ]
    sha = str(use.get("sha256") or "")
    return Row("media", f"Picture {at}", "\n".join([use.get("alt") or "No description", *more]), sha)


def _options(values: Mapping[str, Any], spec: Platform | None) -> list[Row]:
    """The platform's choices in words, those left alone too, then any other."""
    known = {o.name: o for o in (spec.options if spec else ())}
    rows = [
        Row(f"options.{o.name}", o.label, word)
        for o in known.values()
        if (word := _choice(o, values.get(o.name, o.default)))
    ]
    for key, value in values.items():
        if key not in known:
            word = ("Yes" if value in YES else _flat(value)) if key == "no_pictures" else _flat(value)
            rows.append(Row(f"options.{key}", LABELS.get(key) or label_of(key), word or "No"))
    return rows


def _choice(option: ConfigField, value: Any) -> str:
    if option.kind == "bool":
        return "Yes" if value in YES else f"No ({value})" if value not in (False, "", "0", "false", None) else "No"
    if option.kind == "choice":
        return dict(option.choices).get(str(value), str(value))
    return _flat(value)


def language(code: str) -> str:
    """The language's own name with its code: "Deutsch (de)"."""
    name = dict(LANGUAGES).get(code)
    return f"{name} ({code})" if name else code


def label_of(key: str) -> str:
    """A field's own name as a label."""
    words = key.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _flat(value: Any) -> str:
    """Any JSON value as text: nothing of it is left out."""
    if isinstance(value, Mapping):
        return "\n".join(f"{label_of(str(k))}: {_flat(v)}" for k, v in value.items() if v not in (None, "", [], {}))
    if isinstance(value, list | tuple):
        return ", ".join(_flat(v) for v in value)
    return "" if value is None else str(value)
