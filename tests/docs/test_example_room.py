"""docs/example-room.md is followed word by word: its files make a room that works and that every gate lets pass."""

from __future__ import annotations

import re
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from app.rooms import MIGRATIONS, ROOMS
from tests.architecture.source import ROOT
from tests.docs.following import asked, change, copy_into, put, run

PAGE = (ROOT / "docs" / "example-room.md").read_text("utf-8")
FILES = re.findall(r"^## [^\n]*`([\w/.-]+)`\n.*?^```\w+\n(.*?)^```$", PAGE, re.M | re.S)


def newest_revision() -> str:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    (head,) = ScriptDirectory.from_config(config).get_heads()
    return head


def followed(folder: Path) -> Path:
    root = copy_into(folder)
    for path, text in FILES:
        put(root, path, text)
    put(root, "tests/integration/ideas/__init__.py", "")
    change(root, "migrations/versions/ideas.py", r'^down_revision = "0000"', f'down_revision = "{newest_revision()}"')
    change(root, "app/rooms.py", rf'^    "{ROOMS[-1]}",\n\)', f'    "{ROOMS[-1]}",\n    "ideas",\n)')
    change(root, "pyproject.toml", r'^    "\(notifications\) \|', '    "(ideas) | (notifications) |')
    return root


def test_its_files_make_a_room_that_works_and_that_the_gates_let_pass(tmp_path: Path) -> None:
    root = followed(tmp_path)
    tests = ["tests/integration/ideas", "tests/architecture/test_migrations.py", "tests/architecture/test_routes.py"]
    said = run(root, "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert int(re.findall(r"(\d+) passed", said)[0]) >= 4 + 2 + 5 and "skipped" not in said
    run(root, "ruff", "check", "app/ideas", "migrations", "tests/integration/ideas")
    run(root, "ruff", "format", "--check", "app/ideas", "tests/integration/ideas")
    contracts = asked(root, "lint-imports", "--no-cache").stdout
    assert "Contracts:" in contracts and "app.ideas" not in contracts, contracts  # a broken one names who breaks it


def test_it_shows_every_piece_of_furniture_that_a_small_room_has() -> None:
    assert [path for path, _ in FILES] == [
        *[f"app/ideas/{name}.py" for name in ("__init__", "models", "queries", "actions", "audit_words", "views")],
        "templates/ideas/index.html",
        "migrations/versions/ideas.py",
        "tests/integration/ideas/test_ideas.py",
    ]
