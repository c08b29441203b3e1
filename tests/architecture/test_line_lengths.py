"""Pages, styles and scripts can be reviewed: a change of one line is a line that a reader can see whole."""

from __future__ import annotations

from tests.architecture.source import ROOT

MOST = 160
FOLDERS = ("templates", "static/css", "static/js")
SUFFIXES = {".html", ".css", ".js"}


def test_no_template_style_or_script_has_a_line_that_is_too_long_to_review():
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    longer = [
        f"{path.relative_to(ROOT)}:{number}: {len(line)}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > MOST
    ]
    assert len(files) > 100
    assert longer == []
