"""Code can be reviewed: a change of one line is a line that a reader can see whole."""

from __future__ import annotations

from tests.architecture.source import ROOT

MOST = 160
FOLDERS = {"app": ".py", "templates": ".html", "static/css": ".css", "static/js": ".js"}
"""Ours: what is vendored lives in static/vendor."""


def test_no_module_template_style_or_script_has_a_line_that_is_too_long_to_review():
    files = [path for folder, suffix in FOLDERS.items() for path in (ROOT / folder).rglob(f"*{suffix}")]
    longer = [
        f"{path.relative_to(ROOT)}:{number}: {len(line)} characters"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > MOST
    ]
    assert len(files) > 500, "the folders are where they were"
    assert longer == []
