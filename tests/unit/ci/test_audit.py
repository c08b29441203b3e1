"""`make audit`, with the real uv: a package made for the test, advisories of our own on this machine, no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
BAD = "GHSA-made-upxx-0001"
MOMENT = "2026-01-01T00:00:00Z"
Audit = Callable[..., "subprocess.CompletedProcess[str]"]


class Advisories(ThreadingHTTPServer):
    """Answers as osv.dev does. `bad`: packages something is known about; `status`: of every answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.bad: set[str] = set()
        self.status = 200
        self.asked: list[tuple[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Advisories

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        self.server.asked = [(query["package"]["name"], query["version"]) for query in queries]
        known = [
            {"vulns": [{"id": BAD, "modified": MOMENT}]} if name in self.server.bad else {}
            for name, _ in self.server.asked
        ]
        self.say({"results": known})

    def do_GET(self) -> None:
        self.say({"id": BAD, "modified": MOMENT, "summary": "It leaks.", "affected": []})

    def say(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def advisories() -> Iterator[Advisories]:
    with Advisories() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Nothing(BaseHTTPRequestHandler):
    """A package index that has nothing: what is not in the folder is nowhere, and the real index is not asked."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def index() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


@pytest.fixture
def audit(tmp_path: Path, index: str) -> Audit:
    """Runs the audit over lock files that pin `names`; the packages tight and leaky lie in a folder."""
    for name in ("tight", "leaky"):
        with zipfile.ZipFile(tmp_path / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            wheel.writestr(
                f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")

    def run(service: str, *names: str) -> subprocess.CompletedProcess[str]:
        locks = [tmp_path / f"{name}.lock" for name in names]
        for lock, name in zip(locks, names, strict=True):
            lock.write_text(f"{name}==1.0 ; python_version > '3' \\\n    --hash=sha256:{'0' * 64}\n")
        places = {
            "UV_DEFAULT_INDEX": index,
            "UV_FIND_LINKS": str(tmp_path),
            "UV_CACHE_DIR": str(tmp_path / "cache"),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        words = [sys.executable, str(ROOT / ".ci/audit.py"), "--service", service, *map(str, locks)]
        return subprocess.run(words, env=os.environ | places, capture_output=True, text=True, timeout=60)

    return run


def test_a_known_vulnerability_in_either_lock_file_fails_and_is_named(audit: Audit, advisories: Advisories) -> None:
    advisories.bad = {"leaky"}
    done = audit(advisories.url, "tight", "leaky")
    assert done.returncode == 1
    assert "leaky 1.0 has 1 known vulnerability" in done.stdout
    assert BAD in done.stdout


def test_packages_of_which_nothing_is_known_pass(audit: Audit, advisories: Advisories) -> None:
    done = audit(advisories.url, "tight", "leaky")
    assert (done.returncode, sorted(advisories.asked)) == (0, [("leaky", "1.0"), ("tight", "1.0")])
    assert "no known vulnerabilities" in done.stdout


def test_advisories_out_of_reach_are_told_in_one_line_and_fail_nothing(audit: Audit, advisories: Advisories) -> None:
    url = advisories.url
    advisories.server_close()
    done = audit(url, "tight")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert done.stdout.startswith("not checked: no network")


def test_advisories_that_answer_with_a_fault_of_their_own_fail_nothing(audit: Audit, advisories: Advisories) -> None:
    advisories.status = 503
    done = audit(advisories.url, "tight")
    assert (done.returncode, done.stdout.partition(" (")[0]) == (0, "not checked: no network")


def test_advisories_that_refuse_the_question_fail_the_audit(audit: Audit, advisories: Advisories) -> None:
    """A question that is wrong would otherwise never be noticed."""
    advisories.status = 400
    assert audit(advisories.url, "tight").returncode == 2


def test_a_package_that_the_index_has_not_fails_the_audit(audit: Audit, advisories: Advisories) -> None:
    done = audit(advisories.url, "unheard-of")
    assert (done.returncode, advisories.asked) == (2, [])
    assert "unheard-of" in done.stdout


def test_a_lock_file_that_pins_nothing_fails_the_audit(audit: Audit, advisories: Advisories, tmp_path: Path) -> None:
    (tmp_path / "empty.lock").write_text("# nothing\n")
    words = [sys.executable, str(ROOT / ".ci/audit.py"), "--service", advisories.url, str(tmp_path / "empty.lock")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "pins nothing" in done.stderr
