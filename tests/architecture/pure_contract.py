"""An import-linter contract: a module whose docstring says "Pure" reaches nothing that could make it otherwise."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

SAYS_SO = re.compile(r"\bPure\b(?! [a-z])")


class PureContract(Contract):
    """`impure`: what such a module may not reach, directly or through others."""

    root = fields.StringField()
    impure = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = []
        for module in sorted(graph.find_descendants(str(self.root))):
            if not is_pure(module):
                continue
            for target in sorted(self.impure):
                if target in graph.modules and (chain := graph.find_shortest_chain(importer=module, imported=target)):
                    found.append(" → ".join(chain))
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["found"]:
            output.print_error(line)


def is_pure(module: str) -> bool:
    """Whether the module says so in its docstring."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return False
    said = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return SAYS_SO.search(said) is not None
