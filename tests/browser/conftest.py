"""A whole desk as `make run` starts it, on a data folder of its own, and people in real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).resolve().parents[2]
PERSON = re.compile(r"^\s+(admin|reviewer)\s+(\S+@\S+)\s+(\S+)\s*$", re.M)
READY_WITHIN = 120
PATIENCE = 30_000  # milliseconds, with what is really waited for; the machine has other work
expect.set_options(timeout=PATIENCE)
WORDS = "four words of a test"
AT_ONCE = 20
HIRE = """
import sys
from app.staff.actions import create_staff
from app.core.transactions import transaction
from app.factory import create_app
from app.environment import Environment
with create_app(Environment.from_env(), role="job").app_context():
    for email in sys.argv[2:]:
        transaction(create_staff, email, email.partition("@")[0], "reviewer", sys.argv[1])
"""


@dataclass
class Desk:
    """Where it answers and who works there: role → (e-mail, password)."""

    url: str
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    data: Path = Path()
    env: dict[str, str] = field(default_factory=dict)

    reviewers: list[str] = field(default_factory=list)

    def hire(self) -> None:
        """Another person is the reviewer. Many are made at once, by the verb of `flask staff create`: each start takes seconds."""
        if not self.reviewers:
            self.reviewers = [f"reviewer-{uuid.uuid4().hex[:8]}@example.org" for _ in range(AT_ONCE)]
            words = [sys.executable, "-c", HIRE, WORDS, *self.reviewers]
            subprocess.run(words, cwd=ROOT, env=self.env, check=True, capture_output=True, timeout=120)
        self.people["reviewer"] = (self.reviewers.pop(), WORDS)


@pytest.fixture
def own_reviewer(desk: Desk) -> None:
    """A reviewer of this test alone: decisions are counted per person and minute, and a desk serves many tests."""
    desk.hire()


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    """The demo desk, ready and filled; ended with all its processes."""
    folder = Path(tempfile.mkdtemp(prefix="pressroom-desk-"))
    folder.chmod(0o755)
    printed = folder / "printed.txt"
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("PRESSROOM_", "DATABASE_", "REDIS_")) or k == "PRESSROOM_CI_RUN"
    }
    env = {**kept, "PRESSROOM_DATA": str(folder / "data"), "PORT": str(_free_port()), "PYTHONUNBUFFERED": "1"}
    with printed.open("w") as out:
        run = subprocess.Popen(
            [sys.executable, "-m", "flask", "start"], cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            found = _block(run, printed)
            found.data = folder / "data"
            found.env = env
            _filled(found)
            yield found
        finally:
            run.send_signal(signal.SIGTERM)
            try:
                run.wait(20)
            except subprocess.TimeoutExpired:
                run.kill()
            shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _block(run: subprocess.Popen[bytes], printed: Path) -> Desk:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        text = printed.read_text()
        people = {role: (email, password) for role, email, password in PERSON.findall(text)}
        url = re.search(r"^\s+(http://\S+)\s*$", text, re.M)
        if url and len(people) == 2:
            return Desk(url.group(1), people)
        if run.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"the desk did not start:\n{printed.read_text()[-4000:]}")


def _filled(desk: Desk) -> None:
    """Wait until the workers have told the demo stories: its first post stands on the site."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if "Rinse your stones first" in httpx.get(f"{desk.url}/site", timeout=30).text and _told(desk):
            return
        time.sleep(0.05)
    log = desk.data / "log" / "demo.log"
    pytest.fail(f"the demo was not told:\n{log.read_text()[-4000:] if log.exists() else 'no log'}")


def _told(desk: Desk) -> bool:
    return "Cherry shrimp, day one" in httpx.get(f"{desk.url}/site", timeout=30).text


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium, quiet, in a sandbox where that is possible."""
    found = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    quiet = [
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-gpu",
        "--disable-quic",
    ]
    args = [*quiet, "--no-sandbox"] if os.geteuid() == 0 else quiet
    return {"executable_path": found, "args": args} if found else {"args": args}


@pytest.fixture
def sign_in(browser: Browser, desk: Desk) -> Iterator[Callable[..., Page]]:
    """`sign_in("reviewer", js=True, width=1440, dark=False)`: a page of that person, on Home."""
    opened: list[BrowserContext] = []

    def enter(role: str = "admin", js: bool = True, width: int = 1440, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=desk.url, java_script_enabled=js, viewport={"width": width, "height": 900 if width > 600 else 844},
            color_scheme="dark" if dark else "light", timezone_id="Europe/Berlin", locale="en-GB",
        )  # fmt: skip
        opened.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)  # type: ignore[attr-defined]
        email, password = desk.people[role]
        page.goto("/sign-in")
        page.fill("[name=email]", email)
        page.fill("[name=password]", password)
        page.click("main button.btn-primary")
        page.wait_for_url(re.compile(r"/(\?.*)?$"))
        return page

    yield enter
    for context in opened:
        context.close()
