"""Browsers put ticks back by position; a list may have moved meanwhile. So every box says that it is not to be put back (J1, J2)."""

from __future__ import annotations

import re

from tests.architecture.source import templates

BOX = re.compile(r'<input(?:[^<>]|\{\{.*?\}\}|\{%.*?%\})*?type="(?:checkbox|radio)"(?:[^<>{]|\{\{.*?\}\}|\{%.*?%\})*?>')
DRAWN = re.compile(r"\{\{ (?:field|option)\(class='form-check-input'[^}]*\}\}")


def test_no_browser_puts_a_tick_back_by_position():
    found = [(name, box) for name, text in templates() for box in [*BOX.findall(text), *DRAWN.findall(text)]]
    assert len(found) >= 5, "the boxes are found at all"  # most are drawn by one macro
    assert [(name, box) for name, box in found if not re.search(r"autocomplete=[\"']off[\"']", box)] == []


def test_every_box_of_the_templates_is_seen_by_the_test_above():
    for name, text in templates():
        assert len(BOX.findall(text)) == len(re.findall(r'type="(?:checkbox|radio)"', text)), name


def test_values_of_boxes_that_share_a_name_are_ids_never_positions():
    for name, text in templates():
        for box in BOX.findall(text):
            assert "loop.index" not in box, f"{name}: {box}"
