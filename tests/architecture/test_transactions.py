"""Two edges commit, and nobody else (docs/architecture.md, line 4)."""

from __future__ import annotations

import ast

from tests.architecture.source import calls, modules

OWN_CONNECTIONS = {
    "app/core/transactions.py",  # the edges themselves
    "app/delivery/dispatcher.py",  # LISTEN needs a connection of its own; it writes nothing
}
OUTSIDE = ("app/runtime/", "app/cli", "app/outbound/")  # talk to servers, not through a session


def _guilty(path: str, tree: ast.Module) -> list[str]:
    found = [
        f"{path}:{call.lineno} {ast.unparse(call.func)}"
        for call in calls(tree, "commit", "begin", "begin_nested", "connect", "create_engine", "sessionmaker")
        if "db" in ast.unparse(call.func) or "engine" in ast.unparse(call.func) or "session" in ast.unparse(call.func)
    ]
    return [] if path in OWN_CONNECTIONS or path.startswith(OUTSIDE) else found


def test_nobody_begins_or_commits_but_the_two_edges():
    assert [line for path, tree in modules() for line in _guilty(path, tree)] == []


def test_nobody_reads_the_environment_but_the_settings():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv", "putenv")
        and ast.unparse(node.value) != "request"  # what the server says of one request is another thing
        and not path.startswith(("app/environment.py", "app/runtime/", "app/cli"))
    ]
    assert found == []
