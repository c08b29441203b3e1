"""Markdown as the plain text that social platforms take. Pure.

What is not markup stays as typed: line ends, hash tags, mentions, bare addresses. Marks go, their meaning stays: a link becomes
"words (address)", a list keeps its bullets and numbers, a picture becomes nothing (pictures are attached, not inlined).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from app.content.markdown import warm_up

PARSER = warm_up(MarkdownIt("commonmark", {"html": False}).disable(["code", "html_block", "html_inline", "entity"]))


@lru_cache(maxsize=16)
def plain(markdown: str) -> str:
    """The text a reader sees. Indented lines are not code here: people indent what they paste.

    Remembered, because one preview asks for it once per platform. What stands inside a paragraph is read as it comes, token by
    token: emphasis may be nested as deep as somebody likes to type it. Blocks nest 20 deep at most (the parser sees to it).
    """
    tokens = PARSER.parse(markdown)
    for token in tokens:
        if token.type == "inline":
            token.content, token.children = _inline(token.children or []), None
    tree = SyntaxTreeNode(tokens)
    return "\n\n".join(b for b in (_block(n) for n in tree.children) if b).strip()


def _block(node: SyntaxTreeNode, indent: str = "") -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            return _list(node, indent)
        case "hr":
            return "———"
        case "fence" | "code_block":
            return node.content.rstrip("\n")
        case "blockquote":
            return "\n".join(f"“{b}”" for b in (_block(c) for c in node.children) if b)
        case "inline":
            return node.content
        case _:
            return "\n".join(b for b in (_block(c, indent) for c in node.children) if b)


def _list(node: SyntaxTreeNode, indent: str) -> str:
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    out = []
    for i, item in enumerate(node.children):
        mark = f"{start + i}. " if node.type == "ordered_list" else "• "
        first, *rest = [_block(child, indent + "  ") for child in item.children] or [""]
        out.append("\n".join([f"{indent}{mark}{first}", *rest]))
    return "\n".join(out)


def _inline(tokens: Iterable[Token]) -> str:
    out: list[str] = []
    links: list[tuple[int, str]] = []  # where the words of an open link begin, and its address
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                out.append(token.content)
            case "softbreak" | "hardbreak":
                out.append("\n")
            case "link_open":
                links.append((len(out), str(token.attrs.get("href", ""))))
            case "link_close":
                at, address = links.pop()
                out[at:] = [_link("".join(out[at:]), address)]
    return "".join(out)


def _link(words: str, address: str) -> str:
    if words in (address, address.removeprefix("mailto:")):
        return words
    return f"{words} ({address})" if words else address
