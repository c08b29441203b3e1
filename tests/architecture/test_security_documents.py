"""The documents say what is so: every name in them exists, and what the code cites does; in docs/asvs.md every requirement stands once
and the counts are those of the rows; docs/data.md and docs/connections.md are whole."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from app.core.db import Base
from tests.architecture.asvs_requirements import LEVEL_1, LEVEL_2
from tests.architecture.source import ROOT, calls, modules

MOST = 300  # characters of a cell
ASVS = (ROOT / "docs" / "asvs.md").read_text()
PLACE = re.compile(
    r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|md|yaml|toml|lock|env|css|js|html)|Dockerfile|\.dockerignore)`(?: \(([^)]*)\))?"
)
NO_PATHS = ("audit/", "log/", "var/")  # of a data folder


class Row(NamedTuple):
    number: str
    level: str
    asks: str
    where: str
    shown: str

    @property
    def state(self):
        if self.shown.startswith("not applicable: "):
            return "not applicable"
        return "open" if "*open*" in self.shown else "held"

    @property
    def chapter(self):
        return f"V{self.number.partition('.')[0]}"


def rows(text=ASVS):
    for line in text.splitlines():
        if re.match(r"\| \d+\.\d+\.\d+ \|", line):
            yield Row(*[cell.strip() for cell in line.strip()[1:-1].split("|")])


def table(text, heading):
    """The rows under a heading, as lists of cells, without head and rule."""
    part = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines[2:]]


@cache
def said_in(path):
    """What a quotation of that file is looked for in: names of tests as words, or the words themselves."""
    text = (ROOT / path).read_text()
    if not Path(path).name.startswith("test_"):
        return [" ".join(text.split())]
    names = [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return [name.removeprefix("test_").replace("_", " ") for name in names if name.startswith("test_")]


def places(cell):
    """(path, the quotations behind it) of a cell."""
    for found in PLACE.finditer(cell):
        yield found[1], re.findall(r"“([^”]+)”", found[2] or "")


def test_every_requirement_of_levels_1_and_2_stands_there_once_under_its_level():
    found = Counter(row.number for row in rows() if row.level != "3")
    assert {number: n for number, n in found.items() if n > 1} == {}
    assert set(found) == {*LEVEL_1, *LEVEL_2}
    levels = dict.fromkeys(LEVEL_1, "1") | dict.fromkeys(LEVEL_2, "2")
    assert {row.number: row.level for row in rows() if row.level != levels.get(row.number, "3")} == {}


def test_a_row_stands_in_its_chapter_is_whole_and_short():
    assert all(len(row) == 5 for row in rows())
    for part in ASVS.split("\n## ")[1:]:
        assert {row.chapter for row in rows(part)} <= {part.split()[0]}
    assert [(row.number, len(cell)) for row in rows() for cell in row if len(cell) > MOST] == []


def test_the_counts_at_the_top_are_those_of_the_rows():
    counted = Counter((row.chapter, row.state) for row in rows() if row.level != "3")
    states = ("held", "open", "not applicable")
    chapters = [f"V{n}" for n in range(1, 18)]
    wanted = [[chapter, *[str(counted[chapter, state]) for state in states]] for chapter in chapters]
    wanted.append(["all", *[str(sum(counted[chapter, state] for chapter in chapters)) for state in states]])
    said = [
        [cells[0].split()[0].strip("*"), *[cell.strip("*") for cell in cells[1:]]]
        for cells in table(ASVS, "How much is held")
    ]
    assert said == wanted


def test_what_is_held_names_a_test_and_what_is_not_says_why():
    for row in rows():
        if row.state == "held":
            assert [path for path, _ in places(row.shown) if "/test_" in path and path.startswith("tests/")], row.number
        elif row.state == "open":
            assert row.shown.split("*open*: ", 1)[1], row.number
        else:
            assert len(row.shown) > len("not applicable: ") + 5 and "`tests/" not in row.shown, row.number


DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "THIRD_PARTY.md")]
DOCUMENTS += sorted((ROOT / "docs").rglob("*.md"))
MADE_UP = re.compile(r"(^|/)(ideas|acme)\b")
"""What the examples make: tests/docs follows them and makes it."""


def anchors(path):
    """The headings of a document, as a link names them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def missing_of(document):
    """The files, folders, tests, quotations and links of a document that are not there."""
    text = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.M | re.S)
    for path, quoted in places(text):
        if path.startswith(NO_PATHS) or MADE_UP.search(path):
            continue
        if not (ROOT / path).is_file():
            yield path
            continue
        for words in quoted:
            wanted = " ".join(words.strip("…").split())
            if not any(wanted in said for said in said_in(path)):
                yield f"{path}: {words}"
    for folder in re.findall(r"`((?:app|tests|docs|static|templates|migrations)/[\w/-]*)`", text):
        if not (ROOT / folder).exists() and not MADE_UP.search(folder):
            yield folder
    for target in re.findall(r"\]\(([^):]+)\)", text):
        path, _, anchor = target.partition("#")
        there = document.parent / path if path else document
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_test_and_quotation_that_a_document_names_exists(document):
    assert list(missing_of(document)) == []


def test_what_a_document_names_and_is_not_there_is_found(tmp_path):
    wrong = tmp_path / "wrong.md"
    wrong.write_text(
        "`app/nowhere.py`, `app/nobody/`, [x](no.md), [y](#nothing), `app/factory.py` (“no such words”)\n# A heading\n"
    )
    assert list(missing_of(wrong)) == [
        "app/nowhere.py",
        "app/factory.py: no such words",
        "app/nobody/",
        "no.md",
        "#nothing",
    ]


CITED = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.md)\b")


def test_every_document_that_the_code_cites_exists():
    named = [
        (path, name)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for name in CITED.findall(node.value)
    ]
    assert len(named) > 20 and [one for one in named if not (ROOT / one[1]).is_file()] == []


def test_a_system_that_the_desk_came_from_is_named_beside_the_document_that_tells_of_it():
    """The letters A to E are told once, in docs/architecture.md."""
    lettered = re.compile(r"\bspecs? [A-E]\b|\((?:of )?[A-E](?: and [A-E])?\)")
    found = [
        (path, node.value[:80])
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and lettered.search(node.value)
    ]
    assert found == []


def test_every_table_of_the_desk_has_one_level_and_every_level_its_rules(session_app):
    text = (ROOT / "docs" / "data.md").read_text()
    levels = [cells[0].strip("*") for cells in table(text, "Levels")]
    named = [(cells[0], name) for cells in table(text, "Tables") for name in re.findall(r"`(\w+)`", cells[1])]
    assert Counter(name for _, name in named) == Counter(Base.metadata.tables.keys())
    assert {level for level, _ in named} == set(levels) and all(all(cells) for cells in table(text, "Levels"))


OPENERS = (
    "create_connection",
    "urlopen",
    "SMTP",
    "SMTP_SSL",
    "HTTPConnection",
    "from_url",
    "getaddrinfo",
    "socket",
    "Client",
    "AsyncClient",
)
NOT_OUT = {
    "app/core/connection_watch.py": "WatchedConnection.connect",
    "app/core/transactions.py": "create_engine",
    "app/core/broker.py": "connection.connect",
}


def opens(path, tree):
    """Whether a module opens a connection to somebody."""
    if any(True for _ in calls(tree, *OPENERS)):
        return True
    words = [ast.unparse(call.func) for call in calls(tree, "connect", "create_engine")]
    return any(word in ("psycopg.connect", "sa.create_engine", NOT_OUT.get(path)) for word in words)


def test_every_module_that_opens_a_connection_stands_in_the_list_of_connections_and_no_other():
    (head,) = re.findall(r"^\| to \|.*(?:\n\|.*)+", (ROOT / "docs" / "connections.md").read_text(), re.M)
    listed = set(re.findall(r"`(app/[\w/]+\.py)`", head))
    assert listed == {path for path, tree in modules() if opens(path, tree)}


def test_what_must_not_be_guessed_is_made_by_secrets_and_never_by_random():
    """(ASVS 6.5.3, 11.5.1) Jitter of retries and the demo's pictures may be guessed."""
    harmless = {"app/delivery/actions/settle.py", "app/cli/demo/pictures.py"}
    found = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if (
            isinstance(node, ast.Import)
            and any(alias.name.partition(".")[0] in ("random", "numpy") for alias in node.names)
        )
        or (isinstance(node, ast.ImportFrom) and node.module == "random")
    }
    assert found == harmless


def test_no_view_reads_a_parameter_from_wherever_it_stands():
    """(ASVS 15.3.7) `request.values` mixes address and body: one would stand in for the other."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "values" and ast.unparse(node.value) == "request"
    ]
    assert found == []
