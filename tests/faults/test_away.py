"""The database is away, in whatever way: every page says so within five seconds, and what was typed is not lost (D3).

The bound is the patience of the browser here: it waits five seconds for an answer and not longer, and as many more as this
machine needs at this moment to answer the same crowd while the database is there.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from app.core.transactions import transaction
from tests.conftest import PASSWORD
from tests.factories import make_user
from tests.faults.wire import Wire

PATIENCE = 5
CROWD = 20
PAGES = (
    "/",
    "/content",
    "/records",
    "/content/new",
    "/nowhere",
    "/campaigns",
    "/staff",
    "/audit",
    "/accounts",
    "/reviews",
)
TEXT = "A long text about tomorrow 🌷 \u200f\u0645\u0631\u062d\u0628\u0627 " * 300


class Server:
    """PostgreSQL with three ways to be away."""

    def __init__(self, plant, how: str) -> None:
        self.postgres, self.how = plant.postgres, how
        self.wire = Wire(plant.postgres.sockets) if how == "dead wire" else None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://pressroom@127.0.0.1:{self.wire.port}/pressroom" if self.wire else ""

    def leave(self) -> None:
        if self.wire:
            self.wire.dead = True
        elif self.how == "stopped":
            self.postgres.stop()
        else:
            self._send(signal.SIGSTOP)

    def come_back(self) -> None:
        if self.wire:
            self.wire.dead = False
        elif self.how == "stopped":
            if not self.postgres.is_alive():
                self.postgres.start()
        else:
            self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        """To the postmaster and all its backends."""
        first = int((self.postgres.cluster / "postmaster.pid").read_text().split()[0])
        parents = {int(stat.parent.name): _parent(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
        for pid in [first, *(pid for pid, parent in parents.items() if parent == first)]:
            os.kill(pid, number)


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


class Desk(httpx.Client):
    """A browser with that patience, signed in."""

    def __init__(self, plant, port: int) -> None:
        super().__init__(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE)
        plant.until(self.answers, 60, "the web")
        user = transaction(make_user, role="admin")
        form = {"email": user.email, "password": PASSWORD, "csrf_token": self.token("/sign-in")}
        assert self.post("/sign-in", data=form, timeout=60).status_code == 303
        self.timeout = 60
        began = time.monotonic()
        with ThreadPoolExecutor(CROWD) as many:
            assert {one.status_code for one in many.map(self.get, ["/content"] * CROWD)} == {200}
        self.timeout = PATIENCE + 2 * (time.monotonic() - began)

    def answers(self) -> bool:
        try:
            return self.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def token(self, path: str) -> str:
        return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path, timeout=60).text)[0]


@pytest.fixture(params=["stopped", "frozen", "dead wire"])
def server(plant, request) -> Iterator[Server]:
    made = Server(plant, request.param)
    yield made
    made.come_back()
    plant.until(lambda: plant.database_answers(), 30, "the database to be back")
    if made.wire:
        made.wire.close()


@pytest.fixture
def desk(plant, server) -> Iterator[Desk]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    plant.start(f"web {port} {server.url}")
    made = Desk(plant, port)
    yield made
    made.close()


def designed(answer: httpx.Response) -> bool:
    """Whether it is our page with all that it must say, and not a bare one."""
    return (
        answer.status_code == 503
        and int(answer.headers["Retry-After"]) > 0
        and "cannot reach its database" in answer.text
        and "nothing" in answer.text.lower()
        and answer.headers["X-Trace-Id"] in answer.text
        and 'class="brand' in answer.text
    )


def test_every_page_of_a_person_who_is_signed_in_says_that_the_database_is_away(server, desk):
    """(D3) Also addresses that do not exist: their page draws the person's frame."""
    token = desk.token("/content/new")
    server.leave()
    for path in PAGES:
        assert designed(desk.get(path)), path
    part = desk.get("/badges", headers={"HX-Request": "true"})
    assert part.status_code == 503 and "cannot reach its database" in part.headers["HX-Trigger"]
    assert part.headers["HX-Reswap"] == "none" and part.content == b"" and part.headers["Retry-After"]
    ready = desk.get("/readyz")
    assert ready.status_code == 503 and "database" in ready.json()["reasons"][0]
    assert desk.get("/healthz").json() == {"status": "ok"}
    assert desk.get("/static/css/app.css").status_code == 200
    kept = desk.post("/content/new", data={"csrf_token": token, "title": "Tomorrow", "body": TEXT})
    assert kept.status_code == 503 and TEXT.strip() in kept.text and "Tomorrow" in kept.text
    other = desk.post("/theme", data={"csrf_token": token, "theme": "dark"})
    assert designed(other) and "Go back in the browser: what you typed is still in the form" in other.text
    wrong = desk.post("/content/new", data={"title": "Tomorrow", "body": TEXT})
    assert wrong.status_code == 503 and TEXT.strip() in wrong.text


def test_somebody_who_is_not_signed_in_is_answered_too(server, desk):
    """(D3) The sign-in page, and a sign-in that cannot be looked up."""
    with httpx.Client(base_url=desk.base_url, timeout=desk.timeout) as stranger:
        page = stranger.get("/sign-in", timeout=60)
        token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[0]
        server.leave()
        assert stranger.get("/sign-in").status_code in (200, 503)
        sent = {"csrf_token": token, "email": "a@pressroom.example", "password": "nobody's word"}
        answer = stranger.post("/sign-in", data=sent)
        assert designed(answer) and "nobody's word" not in answer.text
        assert stranger.get("/readyz").status_code == 503


def test_twenty_at_once_are_answered_and_what_needs_no_database_is_served(server, desk):
    """(D3) The web has fewer threads than there are browsers: nobody waits behind those who wait."""
    server.leave()
    paths = ["/content"] * CROWD + ["/healthz", "/static/css/app.css", "/readyz"]
    with ThreadPoolExecutor(len(paths)) as many:
        answers = list(many.map(desk.get, paths))
    assert [answer.status_code for answer in answers] == [503] * CROWD + [200, 200, 503]
    with ThreadPoolExecutor(len(paths)) as many:  # and again, when it is known to be away
        answers = list(many.map(desk.get, paths))
    assert [answer.status_code for answer in answers] == [503] * CROWD + [200, 200, 503]


def test_a_database_that_comes_back_is_found_again(plant, server, desk):
    """(D3) In the middle of many requests; nobody has to sign in again and nothing is stuck."""
    server.leave()
    with ThreadPoolExecutor(12) as many:
        waiting = [many.submit(desk.get, "/content", timeout=60) for _ in range(12)]
        server.come_back()
        assert {answer.result().status_code for answer in waiting} <= {200, 503}
    plant.until(desk.answers, 30, "the desk to be ready")
    desk.timeout = 30  # how fast a page is on a busy machine is not what is tried here
    plant.until(lambda: all(desk.get(path).status_code < 400 for path in PAGES if path != "/nowhere"), 60)
