"""The import contracts catch what they are for: each of these imports, written today, is refused.

An edge is added to the graph of imports instead of a line to a file, and the contracts are asked as `make contracts` asks them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from copy import deepcopy

import grimp
import pytest
from importlinter import Contract
from importlinter.configuration import configure
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from tests.architecture.pure_contract import PureContract
from tests.architecture.source import ROOT
from tests.architecture.views_contract import ViewsContract

Kept = Callable[[grimp.ImportGraph], bool]
TYPES: dict[str, type[Contract]] = {
    "layers": LayersContract,
    "forbidden": ForbiddenContract,
    "protected": ProtectedContract,
    "views": ViewsContract,
    "pure": PureContract,
}

UPWARDS = (
    ("app.core.queue", "app.content.models", "floors"),
    ("app.lib.clock", "app.core.db", "floors"),
    ("app.platforms.bluesky", "app.core.db", "floors"),
    ("app.web.forms", "app.staff.models", "floors"),
    ("app.staff.models", "app.content.models", "floors"),
    ("app.content.actions.items", "app.publishing.actions.holds", "floors"),
    ("app.publishing.actions.schedule", "app.delivery.actions.claim", "floors"),
    ("app.publishing.queries.records", "app.reviews.queries", "floors"),
    ("app.site.queries", "app.publishing.models", "floors"),
    ("app.accounts.queries", "app.home.queries.counts", "floors"),
    ("app.reviews.actions.decide", "app.notifications.actions", "floors"),
    ("app.notifications.actions.notify", "app.home.queries.counts", "floors"),
    ("app.calendar.queries", "app.search.models", "floors"),
)
FURNITURE = (
    ("app.publishing.models.job", "app.publishing.queries.jobs", "furniture"),
    ("app.content.queries.items", "app.content.actions.items", "furniture"),
    ("app.reviews.actions.decide", "app.reviews.views.page", "furniture"),
    ("app.reviews.actions.decide", "app.content.views.composer", "rooms"),
    ("app.campaigns.actions.moves", "app.publishing.forms", "rooms"),
    ("app.campaigns.queries", "app.publishing.jobs", "rooms"),
    ("app.reviews.models.request", "app.content.forms", "rooms"),
    ("app.content.views.show", "app.publishing.actions.holds", "views"),
    ("app.campaigns.views", "app.reviews.models", "views"),
)
REQUESTS = (
    ("app.content.actions.items", "flask", "verbs"),
    ("app.staff.services", "flask_login", "verbs"),
    ("app.audit.models", "wtforms", "verbs"),
    ("app.accounts.models", "app.web.labels", "tables"),
    ("app.campaigns.models", "app.web.forms", "tables"),
    ("app.content.views.show", "sqlalchemy", "pages"),
    ("app.publishing.forms", "app.core.db", "pages"),
    ("app.campaigns.forms", "app.campaigns.actions", "forms"),
)
OUTSIDE = (
    ("app.publishing.actions.schedule", "app.platforms.bluesky", "connectors"),
    ("app.content.compose", "app.platforms.mastodon", "connectors"),
    ("app.publishing.actions.schedule", "app.outbound.http", "way-out"),
    ("app.reviews.actions.ask", "app.outbound.mail", "way-out"),
    ("app.content.search", "rq", "queue"),
    ("app.publishing.cadence", "redis", "queue"),
    ("app.metrics.actions", "redis", "queue"),
)
PURE = (
    ("app.reviews.rules", "sqlalchemy", "pure"),
    ("app.delivery.retry", "app.core.db", "pure"),
    ("app.content.diff", "flask", "pure"),
    ("app.publishing.pages.timeline", "app.publishing.models", "pure"),
)
VIOLATIONS = (*UPWARDS, *FURNITURE, *REQUESTS, *OUTSIDE, *PURE)


@pytest.fixture(scope="module")
def contracts() -> dict[str, Kept]:
    """Each contract of pyproject.toml by its id: is it kept?"""
    configure()  # its timers
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    table["root_packages"] = [table["root_package"]]

    def question(options: dict[str, object]) -> Kept:
        options = {
            key: str(value) if isinstance(value, bool) else value for key, value in options.items()
        }  # as its reader does
        contract = TYPES[str(options["type"])](str(options["name"]), table, options)
        return lambda graph: bool(contract.check(deepcopy(graph), verbose=False).kept)

    return {one["id"]: question(one) for one in table["contracts"]}


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("app", include_external_packages=True, exclude_type_checking_imports=True)


@pytest.mark.parametrize(("importer", "imported", "contract"), VIOLATIONS)
def test_a_forbidden_import_is_refused(contracts, imports, importer, imported, contract):
    assert importer in imports.modules, "a module of another name: mend the table"
    keeps = contracts[contract]
    assert keeps(imports), "as the code is, the contract is kept"
    graph = deepcopy(imports)
    if imported not in graph.modules:
        assert not imported.startswith("app."), "a module of another name: mend the table"
        graph.add_module(imported, is_squashed=True)
    graph.add_import(importer=importer, imported=imported)
    assert not keeps(graph)
