"""The general checks of a post against limits. Pure; messages say what to do, not only what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from app.platforms.post import Media, Post
from app.platforms.results import Problem
from app.platforms.spec import Limits

KINDS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WebP",
    "image/avif": "AVIF",
    "image/heic": "HEIC",
    "video/mp4": "MP4",
}


def general(post: Post, limits: Limits) -> list[Problem]:
    """Everything wrong with `post` under `limits`, in the order of the form."""
    return [*_title(post, limits), *_text(post, limits), *_media(post, limits)]


def _title(post: Post, limits: Limits) -> Iterator[Problem]:
    if limits.title_required and not post.title.strip():
        yield Problem("title", "A title is needed here.")
    if limits.title_max is not None and len(post.title) > limits.title_max:
        yield Problem("title", f"The title is {amount(len(post.title) - limits.title_max, 'characters')} too long.")


def _text(post: Post, limits: Limits) -> Iterator[Problem]:
    empty = not post.text.strip()
    if empty and (limits.text_required or not post.media):
        yield Problem("text", "Write some text." if limits.media_max == 0 else "Write some text or add a picture.")
    for at, text in enumerate((post.text, *post.parts)):
        part = at - 1 if at else None
        over = limits.count(text) - limits.text if limits.text is not None else 0
        if over > 0:
            yield Problem("text", f"{amount(over, limits.unit)} too long (the limit is {limits.text:,}).", at=part)
        too_big = len(text.encode("utf-8", "surrogatepass")) - limits.text_bytes if limits.text_bytes is not None else 0
        if too_big > 0 and over <= 0:
            yield Problem(
                "text", f"{amount(too_big, 'bytes')} too long (the limit is {limits.text_bytes:,} bytes).", at=part
            )


def _media(post: Post, limits: Limits) -> Iterator[Problem]:
    if limits.media_required and not post.media:
        yield Problem("media", "A picture or video is needed here.")
    if len(post.media) > limits.media_max:
        least = f"at most {limits.media_max}" if limits.media_max else "no pictures"
        yield Problem("media", f"{len(post.media)} pictures; this platform takes {least}.")
    for at, medium in enumerate(post.media):
        yield from _medium(at, medium, limits)


def _medium(at: int, medium: Media, limits: Limits) -> Iterator[Problem]:
    label = f"Picture {at + 1}"
    if limits.media_max and medium.mime not in limits.media_mimes:
        takes = ", ".join(KINDS.get(mime, mime) for mime in limits.media_mimes)
        yield Problem("media", f"{label} is {KINDS.get(medium.mime, medium.mime)}; this platform takes {takes}.", at=at)
    if limits.media_bytes is not None and medium.size > limits.media_bytes:
        yield Problem("media", f"{label} is {_mb(medium.size)}; the limit is {_mb(limits.media_bytes)}.", at=at)
    pixels = (medium.width or 0) * (medium.height or 0)
    if limits.media_pixels is not None and pixels > limits.media_pixels:
        yield Problem("media", f"{label} has {pixels:,} pixels; the limit is {limits.media_pixels:,}.", at=at)
    if limits.alt_max is not None and (over := limits.alt_count(medium.alt) - limits.alt_max) > 0:
        yield Problem("media", f"The description of picture {at + 1} is {amount(over, 'characters')} too long.", at=at)
    if not medium.alt.strip():
        words = f"{label} has no description for people who cannot see it."
        yield Problem("media", words, "error" if limits.alt_required else "warning", at=at)


def amount(number: int, unit: str) -> str:
    """A number with its unit, of which there may be one."""
    return f"{number:,} {unit.removesuffix('s') if number == 1 else unit}"


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.2f} MB" if size >= 1_000_000 else f"{size / 1000:.0f} kB"
