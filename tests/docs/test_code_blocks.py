"""Every block of code in the documents runs, or parses, or names only what is there. What is none of this is marked `text`."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app.environment import Environment
from tests.architecture.source import ROOT
from tests.docs.reading import Block, blocks, documents

FOLLOWED = {"docs/connector.md": "test_connector.py", "docs/example-room.md": "test_example_room.py"}
"""Documents whose Python is run as a whole, file by file."""
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.M))
OUTSIDE = {"git", "cd", "docker", "cp", "openssl"}
"""Programs of the machine that a reader is told to run."""


def shell_words(line: str) -> list[list[str]]:
    """The commands of one line of a shell block, as words, without comments and assignments in front."""
    found = []
    for part in re.split(r"\s*(?:&&|;|\|)\s*", re.sub(r"(^|\s)#.*", "", line)):
        words = shlex.split(part)
        while words and re.match(r"[A-Z_]+=", words[0]):
            words = words[1:]
        if words:
            found.append(words)
    return found


def wrong_in_shell(text: str, flask: dict[str, set[str]]) -> list[str]:
    """The commands of a shell block that there are not."""
    commands = [words for line in text.splitlines() for words in shell_words(line)]
    return [" ".join(words) for words in commands if not is_there(words, flask)]


def is_there(words: list[str], flask: dict[str, set[str]]) -> bool:
    name, *given = words
    if name == "make":
        return bool(given) and given[0] in TARGETS
    if name.endswith("flask"):
        below = flask.get(given[0]) if given else None
        return below is not None and (not below or (len(given) > 1 and given[1] in below))
    if name == ".venv/bin/python":
        paths = [one for one in given if one.startswith("tests")]
        return given[:2] == ["-m", "pytest"] and all((ROOT / one).exists() for one in paths)
    return name in OUTSIDE or (ROOT / name).is_file()


@pytest.fixture
def flask(settings: Environment) -> dict[str, set[str]]:
    """Each command of `flask`, and the words of which one must follow."""
    import click

    from app.cli import create_with_commands
    from app.cli.command_line import lookup_app
    from tests.architecture.test_named_commands import words_after

    group = lookup_app(lambda: create_with_commands(settings)).cli
    with click.Context(group) as context:
        found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: set(words_after(command)) for name, command in found.items() if command}


def of(*languages: str) -> Any:
    found = [block for block in blocks() if block.language in languages]
    assert found, f"no block of {languages} is read at all"
    return pytest.mark.parametrize("block", found, ids=[f"{block.where}:{block.line}" for block in found])


def parse_env(text: str) -> None:
    for line in text.splitlines():
        assert not line.strip() or line.startswith("#") or re.match(r"[A-Z_]+=", line), line


PARSERS: dict[str, Callable[[str], Any]] = {"json": json.loads, "toml": tomllib.loads, "env": parse_env}
CHECKED = {"python", "sh", "sql", "jinja", "text", *PARSERS}


def test_every_block_says_what_it_is() -> None:
    assert len(documents()) > 20 and [block[:3] for block in blocks() if block.language not in CHECKED] == []


@of("python")
def test_a_block_of_python_compiles_and_is_run_by_a_test_of_its_page(block: Block) -> None:
    compile(block.text, block.where, "exec")
    if block.where not in FOLLOWED:
        exec(compile(block.text, block.where, "exec"), {"__name__": "document"})
    else:
        assert (ROOT / "tests" / "docs" / FOLLOWED[block.where]).is_file()


@of("sh")
def test_a_block_of_shell_names_commands_that_there_are(block: Block, flask: dict[str, set[str]]) -> None:
    assert wrong_in_shell(block.text, flask) == []


def test_a_command_that_there_is_not_is_found(flask: dict[str, set[str]]) -> None:
    text = "make rnu   # a slip\nA=1 flask bakcup --to /x && flask audit verfiy\n.venv/bin/python -m pytest tests/nowhere\ngit status"
    assert wrong_in_shell(text, flask) == [
        "make rnu",
        "flask bakcup --to /x",
        "flask audit verfiy",
        ".venv/bin/python -m pytest tests/nowhere",
    ]


@of(*PARSERS)
def test_a_block_of_data_parses(block: Block) -> None:
    PARSERS[block.language](block.text)


@of("jinja")
def test_a_template_parses(block: Block, session_app: Any) -> None:
    session_app.jinja_env.parse(block.text)


@of("sql")
def test_the_statements_of_a_block_of_sql_run(block: Block, owner: sa.Engine) -> None:
    """Under names of the test's own, and taken back. A database is not made within a transaction, so that one is only read."""
    with owner.connect() as connection:
        for statement in filter(str.strip, block.text.split(";")):
            if not statement.strip().startswith("CREATE DATABASE"):
                connection.exec_driver_sql(re.sub(r"\bpressroom", "docs_pressroom", statement))
        connection.rollback()


def test_the_example_of_an_environment_parses() -> None:
    parse_env((ROOT / "docs" / "example.env").read_text("utf-8"))
