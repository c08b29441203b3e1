"""Markdown as the plain text that social platforms take. Pure.

What is not markup stays as typed: line ends, hash tags, mentions, bare addresses. Marks go, their meaning stays: a link becomes
"words (address)", a list keeps its bullets and numbers, a picture becomes nothing (pictures are attached, not inlined).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable(["code", "html_block", "html_inline", "entity"])


@lru_cache(maxsize=16)
def plain(markdown: str) -> str:
    """The text a reader sees. Indented lines are not code here: people indent what they paste.

    Remembered, because one preview asks for it once per platform.
    """
    tree = SyntaxTreeNode(_parser().parse(markdown))
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
            return _inline(node.children)
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


def _inline(nodes: Iterable[SyntaxTreeNode]) -> str:
    return "".join(_span(n) for n in nodes)


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "image":
            return ""
        case "link":
            words, address = _inline(node.children), str(node.attrs.get("href", ""))
            return (
                words
                if words in (address, address.removeprefix("mailto:"))
                else f"{words} ({address})"
                if words
                else address
            )
        case _:
            return _inline(node.children or [])
