"""How servers of the Mastodon API rewrite and count a text, written from their sources, apart from our connector.

Sources: mastodon app/lib/text_formatter.rb, app/models/status.rb (strip!), app/validators/status_length_validator.rb;
gotosocial internal/processing/status/common.go, validateStatusContent; pleroma lib/pleroma/web/common_api/activity_draft.ex;
pleroma lib/pleroma/formatter.ex (CommonMark off for text/plain: <br/> only).
"""

from __future__ import annotations

import html

import regex

URL = regex.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
MENTION = regex.compile(r"(?<![\w/])@([a-zA-Z0-9_]+)(@[\w.-]+\w)?")
TAG = regex.compile(r"(?<![\w/&])#([\p{L}\p{M}\p{N}_]*[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*)")
ENTITY = regex.compile(f"({URL.pattern})|{MENTION.pattern}|{TAG.pattern}")


def length(text: str, spoiler: str = "", per_url: int = 23, dialect: str = "mastodon") -> int:
    """Mastodon: grapheme clusters; a link is `per_url` long and of a mention only the user counts. Pleroma (String.length)
    counts clusters of all that was written, GoToSocial (len([]rune(…))) and Pixelfed (mb_strlen) code points."""
    if dialect == "pleroma":
        return len(regex.findall(r"\X", (text + spoiler).strip()))
    if dialect != "mastodon":
        return len(text) + len(spoiler)
    countable = URL.sub("x" * per_url, text)
    countable = MENTION.sub(lambda m: "@" + m[1], countable)
    return len(regex.findall(r"\X", spoiler + countable))


def content(text: str, base: str, dialect: str) -> str:
    """The HTML of a status."""
    parts, position = [], 0
    for match in ENTITY.finditer(text):
        parts.append(html.escape(text[position : match.start()], quote=False))
        parts.append(_entity(match, base, dialect))
        position = match.end()
    parts.append(html.escape(text[position:], quote=False))
    whole = "".join(parts)
    if dialect == "pleroma":
        return whole.replace("\r\n", "\n").replace("\n", "<br/>")
    paragraphs = regex.split(r"\n\n+", regex.sub(r"\r\n?", "\n", whole))
    return "".join(f"<p>{part.replace(chr(10), '<br />')}</p>" for part in paragraphs if part)


def _entity(match: regex.Match[str], base: str, dialect: str) -> str:
    if match[1]:
        return _link(match[1], dialect)
    if match[2]:
        domain = match[3] or ""
        href = f"https://{domain[1:]}/@{match[2]}" if domain else f"{base}/@{match[2]}"
        return f'<span class="h-card"><a href="{href}" class="u-url mention">@<span>{match[2]}</span></a></span>'
    return f'<a href="{base}/tags/{match[4]}" class="mention hashtag" rel="tag">#<span>{match[4]}</span></a>'


def _link(url: str, dialect: str) -> str:
    href = html.escape(url)
    if dialect != "mastodon":
        return f'<a href="{href}" rel="noopener">{href}</a>'
    scheme = regex.match(r"https?://(?:www\.)?", url)[0]
    shown, rest = url[len(scheme) : len(scheme) + 30], url[len(scheme) + 30 :]
    kind = "ellipsis" if rest else ""
    return (
        f'<a href="{href}" target="_blank" rel="nofollow noopener"><span class="invisible">{scheme}</span>'
        f'<span class="{kind}">{html.escape(shown)}</span><span class="invisible">{html.escape(rest)}</span></a>'
    )
