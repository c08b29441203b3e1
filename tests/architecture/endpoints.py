"""Where the code and the templates name an endpoint: read from their trees, so that a name that is no view is found without
drawing the page it stands on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from jinja2 import Environment, nodes

from tests.architecture.source import calls, modules, templates

DOTTED = re.compile(r"[a-z]\w*\.[a-z]\w*", re.ASCII)
TABLES = re.compile(r"app/(rooms\.py|[a-z]+/views\b.*)")
"""Where a table at the top of a file holds endpoints: the side bar, the palette. Other files keep names of jobs and settings so."""
OF_ATTRIBUTES = {"map", "selectattr", "rejectattr", "sort", "groupby", "sum", "unique", "min", "max"}


def in_code() -> Iterator[tuple[str, str]]:
    """(file, endpoint) of every endpoint that a module of the app names; one of the own blueprint begins with a dot."""
    takers = takers_of(*(tree for _, tree in modules()))
    for path, tree in modules():
        for name in named(tree, takers, TABLES.fullmatch(path) is not None):
            yield path, name


def in_templates() -> Iterator[tuple[str, str]]:
    """(file, endpoint) of every endpoint that a template names, be it for `url_for`, a macro or a table."""
    for path, text in templates():
        for name in drawn(text):
            yield path, name


def named(tree: ast.Module, takers: dict[str, int], has_tables: bool = True) -> Iterator[str]:
    """What a module hands to `url_for` or to one of `takers`, compares with `request.endpoint`, or keeps in a table at its top."""
    for call in calls(tree, *takers):
        place = takers[ast.unparse(call.func).rpartition(".")[2]]
        given = call.args[place : place + 1] + [word.value for word in call.keywords if word.arg == "endpoint"]
        yield from (text for one in given for text in _results(one))
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and ast.unparse(node.left) == "request.endpoint":
            yield from (text for one in node.comparators for text in _texts(one) if text != "static")
    for statement in tree.body if has_tables else ():
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Tuple | ast.List | ast.Dict):
            yield from (text for text in _texts(value) if DOTTED.fullmatch(text))


def _results(node: ast.expr) -> Iterator[str]:
    """The texts that an argument can be: itself, or each side of an `if`."""
    if isinstance(node, ast.IfExp):
        yield from (*_results(node.body), *_results(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _texts(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def takers_of(*trees: ast.Module) -> dict[str, int]:
    """Whoever takes an `endpoint` (functions by a parameter of that name, records by a field) → at which place."""
    found = {"url_for": 0}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args]
        else:
            names = [ast.unparse(field.target) for field in node.body if isinstance(field, ast.AnnAssign)]
        if "endpoint" in names:
            found[node.name] = names.index("endpoint")
    return found


def drawn(text: str) -> list[str]:
    """What a template hands to `url_for`, and every other text of the shape of an endpoint that is not a file's or attribute's name."""
    return list(_drawn(_environment().parse(text)))


@cache
def _environment() -> Environment:
    return Environment(autoescape=True)


def _drawn(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Call) and _name(node) == "url_for":
        yield from (one for one in _outcomes(node.args[0]) if not DOTTED.fullmatch(one))  # the others: below
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            yield node.value
        return
    for name, child in _children(node):
        if not _is_of_another_kind(node, name):
            yield from _drawn(child)


def _children(node: nodes.Node) -> Iterator[tuple[str, nodes.Node]]:
    for name, value in node.iter_fields():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, nodes.Node):
                yield name, one


def _is_of_another_kind(node: nodes.Node, field: str) -> bool:
    """Whether the texts in this part of a node are names of files or of attributes."""
    if isinstance(node, nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends):
        return field == "template"
    if isinstance(node, nodes.Filter):
        return node.name in OF_ATTRIBUTES and field in ("args", "kwargs")
    return isinstance(node, nodes.Call) and _name(node) == "asset"


def _outcomes(node: Any) -> Iterator[str]:
    if isinstance(node, nodes.CondExpr):
        yield from (*_outcomes(node.expr1), *_outcomes(node.expr2))
    elif isinstance(node, nodes.Const):
        yield str(node.value)


def _name(call: nodes.Call) -> str:
    return call.node.name if isinstance(call.node, nodes.Name) else ""
