"""Tests that measure their own time run without the tracer of coverage; all others, before and after, with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CODE = """
def slow():
    return 1
def fair():
    return 2
def last():
    return 3
"""
TESTS = """
import sys
import time

import code_under_test as code

def test_a_plain_one(): assert sys.gettrace() is not None and code.fair()

def test_one_that_measures():
    began = time.process_time()
    assert sys.gettrace() is None and code.slow()
    assert time.process_time() - began < 60

def test_one_that_fails_while_it_measures():
    assert time.perf_counter() < 0

def test_a_plain_one_afterwards(): assert sys.gettrace() is not None and code.last()
"""


def test_the_tracer_rests_while_a_test_measures_and_goes_on_after_it(tmp_path: Path) -> None:
    (tmp_path / "code_under_test.py").write_text(CODE)
    (tmp_path / "test_some.py").write_text(TESTS)
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    env |= {"PYTHONPATH": f"{ROOT / '.ci'}:{tmp_path}", "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "coverage", *words]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60).stdout

    told = run("run", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pause_tracer", "test_some.py")
    run("json", "-o", "report.json")
    lines = json.loads((tmp_path / "report.json").read_text())["files"]["code_under_test.py"]["executed_lines"]
    assert "1 failed, 3 passed" in told, told
    assert lines == [2, 4, 5, 6, 7]  # all but what ran while it rested
