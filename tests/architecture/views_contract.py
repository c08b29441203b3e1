"""An import-linter contract: a room's pages import their own room, the floors below, and of other rooms the queries alone."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class ViewsContract(Contract):
    """`open`: floors that pages may use. `open_furniture`: what they may use of other rooms."""

    root = fields.StringField()
    open = fields.SetField(subfield=fields.StringField())
    open_furniture = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = sorted(
            f"{view} imports {target}"
            for view in graph.modules
            if self._is_view(view)
            for target in graph.find_modules_directly_imported_by(view)
            if not self._may(view, target)
        )
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["found"]:
            output.print_error(line)

    def _is_view(self, module: str) -> bool:
        parts = module.split(".")
        return len(parts) > 2 and parts[0] == str(self.root) and parts[2] == "views"

    def _may(self, view: str, target: str) -> bool:
        parts = target.split(".")
        if parts[0] != str(self.root) or len(parts) < 2:
            return True
        if parts[1] == view.split(".")[1] or parts[1] in self.open:  # type: ignore[operator]
            return True
        return len(parts) > 2 and parts[2] in self.open_furniture  # type: ignore[operator]
