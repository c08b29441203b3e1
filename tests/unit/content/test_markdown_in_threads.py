"""What goes out does not depend on which thread was first: a parser is whole before it is shared."""

from __future__ import annotations

import subprocess
import sys

from markdown_it import MarkdownIt

from app.content.markdown import warm_up
from tests.architecture.source import calls, modules

FRESH = """
from app.content import markdown_html, markdown_text
for parser in (markdown_html.PARSER, markdown_text.PARSER):
    for ruler in (parser.core.ruler, parser.block.ruler, parser.inline.ruler, parser.inline.ruler2):
        assert ruler.__cache__, ruler
"""


def test_a_parser_that_was_never_used_reads_half_of_its_rules_in_a_second_thread():
    """Why it matters: what a second thread finds while the first makes the list of rules."""
    half = MarkdownIt("commonmark")
    half.inline.ruler.__cache__ = {}
    half.inline.ruler2.__cache__ = {}
    assert half.render("**bold**") != MarkdownIt("commonmark").render("**bold**")
    assert warm_up(half) is half


def test_the_parsers_of_the_desk_are_whole_before_any_text_is_read():
    subprocess.run([sys.executable, "-c", FRESH], check=True)


def test_no_parser_is_made_but_a_ready_one():
    for path, tree in modules():
        made = set(calls(tree, "MarkdownIt"))
        inside = {call for maker in calls(tree, "warm_up") for call in calls(maker, "MarkdownIt")}
        assert made == inside, path
