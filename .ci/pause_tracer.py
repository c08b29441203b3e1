"""A plugin of pytest for `make coverage`: while a test measures its own time, the tracer rests, for it makes loops five times as slow.

A test measures when it asks a clock of work done (`process_time`, `thread_time`, `perf_counter`) itself.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Generator

import pytest

CLOCKS = frozenset({"process_time", "thread_time", "perf_counter"})


def measures(test: Callable[..., object]) -> bool:
    """Whether the function's own lines name one of the clocks."""
    code = getattr(inspect.unwrap(test), "__code__", None)
    return code is not None and not CLOCKS.isdisjoint(code.co_names)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    tracer = sys.gettrace()
    if not measures(pyfuncitem.obj):
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
