"""The plant, one a run; every fault test begins with empty tables and no processes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.plant import Plant, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", default=False, help="the fault matrix at full length")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything here breaks real processes; what is marked long runs only with --long."""
    for item in items:
        if "tests/faults" in str(item.path):
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.xdist_group("faults"))
            if item.get_closest_marker("long") and not config.getoption("--long", default=False):
                item.add_marker(pytest.mark.skip(reason="only in `make faults-long`"))


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long", default=False) or os.environ.get("FAULTS_LONG"))


@pytest.fixture(scope="session")
def _plant() -> Iterator[Plant]:
    with tempfile.TemporaryDirectory(prefix="pressroom-faults-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        with running(Path(folder)) as plant:
            yield plant


@pytest.fixture
def plant(_plant: Plant) -> Iterator[Plant]:
    with _plant.app.app_context():
        _plant.fresh()
        yield _plant
        _plant.end_all()
