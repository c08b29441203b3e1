"""A page, a message, a docstring or a document that tells people to run a command names one that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import click
import pytest

from app.environment import Environment
from app.factory import create_app
from tests.architecture.source import ROOT, modules, templates

FLASK = re.compile(r"(?<![\w./-])flask ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
OURS = re.compile(r"python -m app\.cli ([a-z][a-z-]*)(?: (publish|default))?")
MAKE = re.compile(r"[`$] ?make ([a-z][a-z-]*)")


def told() -> Iterator[tuple[str, str]]:
    """Where, and the text that people read there."""
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield name, node.value
    yield from templates()
    for path in [
        ROOT / "README.md",
        ROOT / "Dockerfile",
        ROOT / "compose.yaml",
        *sorted((ROOT / "docs").rglob("*.md")),
    ]:
        yield path.name, path.read_text()


@pytest.fixture
def commands(settings: Environment) -> dict[str, set[str]]:
    """Each command of `flask` and what stands below it."""
    found = create_app(settings).cli.commands
    return {name: set(one.commands) if isinstance(one, click.Group) else set() for name, one in found.items()}


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


def test_every_make_target_that_a_text_names_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = [(where, target) for where, text in told() for target in MAKE.findall(text)]
    assert len(named) > 10 and [one for one in named if one[1] not in targets] == []


def test_every_process_that_a_text_says_to_start_can_be_started() -> None:
    known = {"run", "clock", "worker", "worker publish", "worker default"}
    named = [(where, " ".join(filter(None, match))) for where, text in told() for match in OURS.findall(text)]
    assert named and [one for one in named if one[1] not in known] == []
