"""The plant: servers, processes and platforms of a fault test, all real and all of its own."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.core import clock_state, queue, settings
from app.core.db import Base, db
from app.core.transactions import transaction
from app.delivery.actions.sweep import sweep
from app.environment import Environment
from app.factory import create_app
from app.runtime.postgres import Postgres
from app.runtime.valkey import Valkey
from tests import publishing_desk as desk
from tests.fakes.client import Fake

BUSY = 4  # times as slow as a quiet machine
ROOT = Path(__file__).resolve().parents[2]
KEPT = ("alembic_version", "schema_migrations", "platforms", "agents")
AGED = (
    (
        "UPDATE publish_records SET lease_expires_at = lease_expires_at - :by, next_retry_at = next_retry_at - :by, "
        "due_at = due_at - :by, unknown_since = unknown_since - :by, published_at = published_at - :by"
    ),
    "UPDATE publish_attempts SET started_at = started_at - :by, finished_at = finished_at - :by",
    "UPDATE clock_state SET jumped_from = jumped_from - :by, jumped_at = jumped_at - :by",
    "UPDATE rate_windows SET resets_at = resets_at - :by",
    "UPDATE event_deliveries SET next_try_at = next_try_at - :by",
    "UPDATE platform_credentials SET breaker_open_until = breaker_open_until - :by",
)
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


class Plant:
    """Everything a fault can be done to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.barriers = folder / "barriers"
        self.barriers.mkdir()
        self.postgres, self.valkey = Postgres(folder / "pg", durable=False), Valkey(folder / "valkey", durable=False)
        self.env = {
            "DATABASE_URL": self.postgres.start(), "REDIS_URL": self.valkey.start(), "PRESSROOM_DATA": str(folder / "data"),
            "SECRET_KEY": "for the fault tests only, never anywhere", "PRESSROOM_KEYS": "test:" + base64.b64encode(bytes(range(32))).decode(),
            "PRESSROOM_ALLOW_HOSTS": "127.0.0.0/8,localhost", "PRESSROOM_URL": "http://localhost:8000",
        }  # fmt: skip
        self.settings = Environment.from_env(self.env)
        self.app = create_app(self.settings, role="job")
        with self.app.app_context():
            from flask_migrate import upgrade

            upgrade()
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, **self.env, "BARRIERS": str(self.barriers), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self.pids: list[int] = []
        self.fakes: list[Fake] = []
        self.numbers = iter(range(1, 10**6))

    def close(self) -> None:
        self.end_all()
        self.nursery.kill()
        self.nursery.wait()
        for fake in self.fakes:
            fake.stop()
        self.valkey.stop()
        self.postgres.stop()

    def fresh(self) -> None:
        """Empty tables, an empty Redis, no processes, forgetful platforms."""
        self.end_all()
        for file in self.barriers.iterdir():
            file.unlink()
        for fake in self.fakes:
            fake.reset()
        db.session.remove()
        db.engine.dispose()  # a test that broke the server leaves connections that are none any more
        tables = ", ".join(t.name for t in Base.metadata.sorted_tables if t.name not in KEPT and t.name != "audit_log")
        with db.engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))  # no guard looks
            connection.execute(sa.text(f"TRUNCATE {tables} CASCADE"))
        queue.worker_client().flushall()
        self.app.extensions["broker"].pop("quiet_until", None)
        settings.forget()
        clock_state.forget()

    # processes
    def start(self, kind: str = "publish") -> int:
        assert self.nursery.stdin and self.nursery.stdout
        self.nursery.stdin.write(kind + "\n")
        self.nursery.stdin.flush()
        self.pids.append(int(self.nursery.stdout.readline()))
        return self.pids[-1]

    def send(self, pid: int, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def kill(self, pid: int) -> None:
        """SIGKILL, and wait until it is gone."""
        self.send(pid, signal.SIGKILL)
        self.until(lambda: not alive(pid), 10, f"{pid} to die")

    def end_all(self) -> None:
        for pid in self.pids:
            self.send(pid, signal.SIGCONT)
            self.send(pid, signal.SIGKILL)
        for pid in self.pids:
            self.until(lambda pid=pid: not alive(pid), 10, f"{pid} to die")
        self.pids.clear()

    # barriers in workers
    def arm(self, name: str) -> int:
        number = next(self.numbers)
        (self.barriers / f"arm-{name}-{number}").touch()
        return number

    def hit(self, number: int, seconds: float = 15) -> tuple[int, uuid.UUID]:
        """Wait until a worker stands at the armed barrier; returns its pid and the record. Fails when none comes."""
        found: list[Path] = []
        self.until(
            lambda: found.extend(self.barriers.glob(f"hit-*-{number}-*")) or found,
            seconds,
            f"barrier {number} to be hit",
        )
        _, _, _, pid, record = found[0].name.split("-", 4)
        return int(pid), uuid.UUID(record)

    def go(self, number: int) -> None:
        (self.barriers / f"go-{number}").touch()

    # platforms
    def fake(self, number: int = 0) -> Fake:
        while len(self.fakes) <= number:
            self.fakes.append(Fake())
        return self.fakes[number]

    def account(self, platform: str, number: int = 0, **more: Any) -> uuid.UUID:
        """An account on a loopback platform, without gap."""
        name = f"{platform}-{next(self.numbers)}"
        url = self.fake(number).url
        if platform == "mastodon":
            more = {
                "configuration": {"instance": url, "min_gap": 0},
                "secrets": {"access_token": f"token-of-{name}"},
                **more,
            }
        if platform == "bluesky":
            configuration = {"identifier": f"{name}.test", "service": url, "min_gap": 0}
            more = {"configuration": configuration, "secrets": {"app_password": "abcd-efgh-ijkl-mnop"}, **more}
        if platform == "webhook":
            more = {"configuration": {"url": f"{url}/hook/{name}"}, "secrets": {"secret": SECRET}, **more}
        return desk.account(platform, name=name, **more)

    # time and looking on
    def age(self, seconds: float) -> None:
        """All moments in the rows move into the past: the same as a clock that runs ahead, without waiting."""

        def shift() -> None:
            for statement in AGED:
                db.session.execute(
                    sa.text(statement.replace(":by", "make_interval(secs => :seconds)")), {"seconds": seconds}
                )

        transaction(shift)
        for fake in self.fakes:
            fake.control("age", seconds=seconds)

    def known(self, platform: str = "mastodon", number: int = 0) -> uuid.UUID:
        """An account that has published a post of the common shape before."""
        made = self.account(platform, number)
        self.calibrate(made)
        return made

    def calibrate(self, *accounts: uuid.UUID, **more: Any) -> None:
        """A success of each account beforehand: only beside it does a listing prove that something is absent. It went out an
        hour ago; the platform's counts begin anew."""
        keys = [desk.scheduled(one, text=f"Calibration {next(self.numbers)}.", **more)[0] for one in accounts]
        while desk.work():
            pass
        assert {desk.record(key).status for key in keys} == {"success"}
        self.age(3600)
        for fake in self.fakes:
            fake.control("recount")

    def sweep(self) -> dict[str, int]:
        found: dict[str, int] = transaction(sweep)
        return found

    def ring(self) -> None:
        """What the dispatcher does when something is due."""
        transaction(lambda: queue.enqueue("delivery.deliver", str(next(self.numbers))))

    def until(self, true: Callable[[], Any], seconds: float = 15, what: str = "") -> Any:
        """Wait for what really comes. `seconds` is what a quiet machine may need; a busy one is given more."""
        end = time.monotonic() + BUSY * seconds
        while not (found := true()):
            assert time.monotonic() < end, f"waited {BUSY * seconds} s in vain for {what or 'it'}; {self.summary()}"
            time.sleep(0.02)
        return found

    def statuses(self) -> dict[str, int]:
        rows = transaction(
            lambda: db.session.execute(sa.text("SELECT status, count(*) FROM publish_records GROUP BY 1")).all()
        )
        return dict(rows)

    def summary(self) -> str:
        try:
            holds = desk.by_hand("SELECT scope, reason, note FROM publish_holds WHERE released_at IS NULL")
            log = self.folder / "publish.log"
            words = log.read_text()[-1500:] if log.exists() else ""
            return f"records {self.statuses()}, holds {[tuple(row) for row in holds]}, the workers' last words: {words}"
        except Exception as error:
            return f"no database ({type(error).__name__})"

    def settle(self, rounds: int = 12, step_seconds: float = 240) -> None:
        """Let time pass, sweep and work until every record is final or waits for a person."""
        for _ in range(rounds):
            if self.quiet():
                return
            self.age(step_seconds)
            self.sweep()
            self.ring()
            with contextlib.suppress(AssertionError):
                self.until(self.idle, 8 / BUSY)
        assert self.quiet(), f"not settled: {self.summary()}"

    def quiet(self) -> bool:
        """Nothing will happen by itself any more."""
        sql = "SELECT count(*) FROM publish_records WHERE status IN ('pending','retrying','publishing','confirming') OR (status = 'unknown' AND next_retry_at IS NOT NULL)"
        return transaction(lambda: db.session.scalar(sa.text(sql))) == 0

    def idle_or_done(self) -> bool:
        """The database answers again."""
        try:
            return bool(self.statuses())
        except sa.exc.DBAPIError:
            return False

    def database_answers(self) -> bool:
        try:
            return self.statuses() is not None
        except sa.exc.DBAPIError:
            return False

    def idle(self) -> bool:
        """Nothing is due or in hand now. What is due is asked first: asked the other way round, a record that is claimed
        between the two questions is seen by neither."""
        from app.delivery.actions.claim import due_work

        leased = "SELECT count(*) FROM publish_records WHERE lease_owner IS NOT NULL"
        try:
            return transaction(due_work)[0] == 0 and transaction(lambda: db.session.scalar(sa.text(leased))) == 0
        except sa.exc.DBAPIError:  # a server one of whose backends was killed answers until it ends the others
            return False


def alive(pid: int) -> bool:
    """Whether the process still has its sockets: a first thread that has ended (Z) may leave others that have not, and
    Redis would hand them the next bell."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            state = file.read().rpartition(")")[2].split()[0]
        return state != "Z" or len(os.listdir(f"/proc/{pid}/task")) > 1
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Plant]:
    """A plant for a while."""
    plant = Plant(folder)
    try:
        with plant.app.app_context():
            yield plant
    finally:
        plant.close()
