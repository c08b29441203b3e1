"""The Markdown parser of a purpose, ready to be shared by threads."""

from __future__ import annotations

from markdown_it import MarkdownIt


def warm_up(parser: MarkdownIt) -> MarkdownIt:
    """The same parser with its lists of rules made. It makes each on its first use, name by name: a second thread that parses
    meanwhile finds a part of them, and reads markup as text. To be called while a module is imported, by one thread.
    """
    for ruler in (parser.core.ruler, parser.block.ruler, parser.inline.ruler, parser.inline.ruler2):
        ruler.getRules("")
    return parser
