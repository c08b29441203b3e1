"""A page, a message, a docstring or a document that tells people to run a command names one that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import click
import pytest

from app.cli import create_with_commands
from app.cli.command_line import lookup_app
from app.environment import Environment
from tests.architecture.source import ROOT, modules, templates

FLASK = re.compile(r"(?<![\w./-])flask (?!import )([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
MODULE = re.compile(r"python -m (?:app|wsgi)[\w.]*")
MAKE = re.compile(r"[`$] ?make ([a-z][a-z-]*)")


def told() -> Iterator[tuple[str, str]]:
    """Where, and the text that people read there."""
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield name, node.value
    yield from templates()
    for path in [
        *sorted(ROOT.glob("*.md")),
        ROOT / "Dockerfile",
        ROOT / "compose.yaml",
        *sorted((ROOT / "docs").rglob("*.md")),
    ]:
        yield path.name, path.read_text()
    yield "compose.yaml, its lists", (ROOT / "compose.yaml").read_text().replace(", ", " ")


@pytest.fixture
def commands(settings: Environment) -> dict[str, set[str]]:
    """Each command of `flask` and what stands below it."""
    group = lookup_app(lambda: create_with_commands(settings)).cli
    context = click.Context(group)
    with context:
        found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: set(words_after(command)) for name, command in found.items() if command}


def words_after(command: click.Command) -> Iterable[str]:
    """The words one of which must follow: the commands of a group, the choices of an argument."""
    if isinstance(command, click.Group):
        return command.commands
    return [
        word for one in command.params if isinstance(one, click.Argument) and isinstance(one.type, click.Choice)
        for word in one.type.choices
    ]  # fmt: skip


def wrong_flask(text: str, commands: dict[str, set[str]]) -> list[str]:
    """The commands of `flask` in the text that there are not."""
    return [
        match.group()
        for match in FLASK.finditer(text)
        if match[1] not in commands or (commands[match[1]] and match[2] and match[2] not in commands[match[1]])
    ]


def test_every_flask_command_that_a_text_names_exists(commands: dict[str, set[str]]) -> None:
    texts = list(told())
    assert sum(len(FLASK.findall(text)) for _, text in texts) > 20, "the texts are read at all"
    assert [(where, one) for where, text in texts for one in wrong_flask(text, commands)] == []


def test_a_command_that_does_not_exist_is_seen(commands: dict[str, set[str]]) -> None:
    said = "Start one: `make run` or `flask work publish`, then `flask audit verfiy` and `flask audit verify`."
    assert wrong_flask(said, commands) == ["flask work publish", "flask audit verfiy"]
    assert wrong_flask("[CMD flask alive clock] [flask worker publsih] [flask clock]", commands) == [
        "flask worker publsih"
    ]


def test_every_make_target_that_a_text_names_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = [(where, target) for where, text in told() for target in MAKE.findall(text)]
    assert len(named) > 10 and [one for one in named if one[1] not in targets] == []


def test_people_are_told_of_one_command_line() -> None:
    """What `python -m` can start besides is said where it is used, in `app/cli/start.py` alone."""
    named = [(where, *MODULE.findall(text)) for where, text in told() if MODULE.search(text)]
    assert named == [("app/cli/start.py", "python -m app.cli.start")]
