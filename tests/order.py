"""In which order several workers share the tests out (`make test`): the long parts first, and each on one worker.

A part that brings up servers of its own (a desk with Chromium, the plant of the faults) is one piece of work, so that they
are started once a run and stopped with their last test. The pieces that take longest are begun first: at the end both workers
have something to do. By itself pytest-xdist goes by the number of tests, and the few that take minutes come last.
"""

from __future__ import annotations

from typing import Any

import pytest

WHOLE = ("tests/browser", "tests/faults")
FIRST = (*WHOLE, "tests/runtime", "tests/fuzz", "tests/architecture", "tests/unit/content", "tests/integration")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The same order on every worker; a run without workers keeps the order of the files."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


def rank(nodeid: str) -> int:
    """The place of a test's part; what is not named comes last."""
    return next((at for at, part in enumerate(FIRST) if nodeid.startswith(f"{part}/")), len(FIRST))


def piece(nodeid: str) -> str:
    """What stays on one worker: a whole part, else a module."""
    return next((part for part in WHOLE if nodeid.startswith(f"{part}/")), nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Pieces in the order of the tests (pytest-xdist, "Customizing the scheduler")."""
    if config.getoption("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Pieces(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return piece(nodeid)

    config.option.loadscopereorder = False
    return Pieces(config, log)
