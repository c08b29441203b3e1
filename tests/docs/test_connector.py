"""docs/connector.md is followed word by word: three files, and the tests of every connector take the new one in."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app.platforms.base import CannotTell, Connector, Post, Refused, UnsealedAccount, Verified
from tests.architecture.source import ROOT
from tests.docs.following import change, copy_into, put, run
from tests.docs.reading import blocks_of
from tests.fakes.ports import context
from tests.unit.platforms.test_verdict import exchange

PAGE = ROOT / "docs" / "connector.md"
SHOWN = {block.language: block.text for block in blocks_of(PAGE)}
TESTS = [f"tests/unit/platforms/test_{name}.py" for name in ("contract", "garbage", "recorded", "matrix")]


class Answers:
    """Answers every request with one status and body."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body

    def call(self, method: str, url: str, **values: Any) -> Any:
        return exchange(self.status, body=self.body)

    create = call


def test_the_three_files_make_a_connector_that_passes_every_test_of_connectors(tmp_path: Path) -> None:
    root = copy_into(tmp_path)
    put(root, "app/platforms/acme.py", SHOWN["python"])
    change(root, "app/platforms/registry.py", r"^from app\.platforms import ", "from app.platforms import acme, ")
    change(root, "app/platforms/registry.py", r"^(    Connector\(sandbox\),\n)", r"\1    Connector(acme),\n")
    put(root, "tests/unit/platforms/recorded/acme.json", SHOWN["json"])
    said = run(root, "pytest", "-q", "-p", "no:cacheprovider", "-k", "acme", *TESTS, "tests/unit/web/test_labels.py")
    assert int(re.findall(r"(\d+) passed", said)[0]) > 70 and "skipped" not in said
    run(root, "ruff", "check", "app/platforms")
    run(root, "ruff", "format", "--check", "app/platforms")


def test_the_page_names_the_files_that_are_touched_and_no_more() -> None:
    steps = re.findall(r"^\*\*\d\.\*\* `([\w/.]+)`", PAGE.read_text("utf-8"), re.M)
    assert steps == [
        "app/platforms/acme.py",
        "app/platforms/registry.py",
        "tests/unit/platforms/recorded/acme.json",
    ]


@pytest.fixture
def acme() -> Connector:
    module = ModuleType("acme")
    exec(SHOWN["python"], module.__dict__)
    return Connector(module)


ACCOUNT = UnsealedAccount("acme", "desk", configuration={"server": "https://x.test"}, secrets={"token": "t"})


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [(200, b'{"id": 7}', "yes"), (422, b'{"code": "too_long"}', "no"), (200, b"[]", "unknown")],
)
def test_the_connector_of_the_page_reads_answers(acme: Connector, status: int, body: bytes, outcome: str) -> None:
    assert acme.publish(context(Answers(status, body)), ACCOUNT, Post("hi"), "k", {}).outcome == outcome


def test_the_connector_of_the_page_says_whose_secret_it_is(acme: Connector) -> None:
    assert isinstance(acme.verify(context(Answers(200, b'{"name": "desk"}')), ACCOUNT), Verified)
    assert isinstance(acme.verify(context(Answers(401, b"")), ACCOUNT), Refused)
    assert isinstance(acme.verify(context(Answers(503, b"")), ACCOUNT), CannotTell)
