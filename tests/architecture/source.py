"""The project's own source, as trees and texts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Every module of the app: its path from the root, its tree, which is read and not changed. Parsed once a run."""
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text())) for path in sorted((ROOT / "app").rglob("*.py"))
    )


def templates() -> Iterator[tuple[str, str]]:
    """Every template: its name, its text."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield str(path.relative_to(ROOT / "templates")), path.read_text()


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of a function or method with one of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in names:
                yield node
