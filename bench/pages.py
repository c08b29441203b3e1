"""Every page at 10 k, 100 k and a million records: milliseconds of work and on the clock, statements, bytes, and growth.

Goal: at a million no page over 60 ms and 12 statements, and none that grows by more than 1.2 a tenfold. Each size is a desk of
its own in a process of its own, and one address is asked of all of them in turn, round after round. The work is given at the pace that the
machine has when it is at its best, which a loop around each request tells; the time on the clock is as it was.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from app.core import transactions
from app.core.db import db
from app.metrics import jobs as metrics
from bench import desk
from bench.asking import Timed, addresses, admin, timed
from bench.served_app import served_app

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
MOST_MS, MOST_STATEMENTS, MOST_GROWTH = 60.0, 12, 1.2


class Filled:
    """A desk of so many records in a process of its own."""

    def __init__(self, size: int, kept: Path | None) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawning.Pipe()
        self._process = spawning.Process(target=_answer, args=(theirs, size, kept), daemon=False)
        self._process.start()
        theirs.close()  # theirs alone: when that process dies, waiting for it ends with an EOFError
        self.names: list[str] = self._pipe.recv()

    def ask(self, name: str) -> Timed:
        """What the address of that name costs here."""
        self._pipe.send(name)
        answer: Timed = self._pipe.recv()
        return answer

    def close(self) -> None:
        """Its servers stop; the process ends."""
        self._pipe.send(None)
        self._process.join(60)


def _answer(pipe: Connection, size: int, kept: Path | None) -> None:
    """The process: fills the desk, says the names of its addresses, and times each that is asked for. It and its servers work on
    one processor, the same for every desk: two of them need not be equally fast."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with served_app(durable=False, kept=kept) as (app, _):
        browser, owner = admin(app), transactions.owner_engine(app)  # the admin first: notices are written for admins
        if not desk.has_begun(owner):
            desk.begin(owner)
        desk.crowd(owner)
        desk.grow(owner, size)
        desk.disuse(owner)
        metrics.add_up()  # as the clock has it done every quarter of an hour
        db.session.remove()  # what an open transaction could see stays unvacuumed
        print(f"{desk.settle(owner):,} records, {time.strftime('%H:%M:%S')}", file=sys.stderr)
        paths = dict(addresses(app, browser))
        pipe.send(list(paths))
        while (name := pipe.recv()) is not None:
            db.session.remove()  # this process's own: its transaction must not stay open while pages are timed
            pipe.send(timed(browser, paths[name]))


def typical(asked: list[Timed], best: float) -> Timed:
    """Of several rounds: the median work at the machine's `best` pace, the median on the clock, and what the last one sent."""
    last = asked[-1]
    cpu = median(t.cpu * best / t.spin for t in asked)
    return Timed(last.status, median(t.ms for t in asked), cpu, max(t.statements for t in asked), last.size)


def missed(found: list[Timed]) -> list[str]:
    """The goals that one page misses. Growth is of the work, and at least two milliseconds: the rest is noise."""
    last = found[-1]
    grown = [b.cpu / a.cpu > MOST_GROWTH and b.cpu - a.cpu > 2 for a, b in pairwise(found)]
    goals = (
        ("ms", last.cpu > MOST_MS),
        ("statements", last.statements > MOST_STATEMENTS),
        ("growth", any(grown)),
        ("status", last.status not in (200, 204, 301, 302, 303)),
    )
    return [word for word, is_missed in goals if is_missed]


def line(name: str, found: list[Timed]) -> tuple[str, str, str]:
    """One row of the table; a star where a goal is missed."""
    last, wrong = found[-1], missed(found)
    growth = " ".join(f"{b.cpu / a.cpu:.2f}" for a, b in pairwise(found))
    cpu, clock = (
        " / ".join(f"{ms:.0f}" for ms in all_of) for all_of in zip(*((t.cpu, t.ms) for t in found), strict=True)
    )
    figure = f"{cpu} ms, × {growth}, {last.statements} st, {last.size // 1000} kB ({clock} on the clock)"
    return name, figure, f"* {' '.join(wrong)}" if wrong else "ok"


def run() -> list[tuple[str, str, str]]:
    """Rows of the bench table: page, milliseconds at each size with growth, statements and bytes; last, what misses a goal.

    `BENCH_SIZES`: other sizes than three. `BENCH_KEEP`: a folder in which the filled desks stay, to be timed again.
    `BENCH_ONLY`: only pages with this in their address. `BENCH_ROUNDS`: how often each is asked."""
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "10000 100000 1000000").split()]
    kept, only = os.environ.get("BENCH_KEEP"), os.environ.get("BENCH_ONLY", "")
    desks: list[Filled] = []
    try:
        for size in sizes:
            desks.append(Filled(size, Path(kept) / str(size) if kept else None))
        everywhere = [n for n in desks[0].names if only in n and all(n in other.names for other in desks)]
        asked = _rounds(desks, everywhere)
    finally:
        for each in desks:
            each.close()
    spins = sorted(one.spin for sizes in asked.values() for rounds in sizes for one in rounds)
    best = spins[len(spins) // 100]  # one in a hundred is as fast; the very fastest may be a slip of the clock
    whole = {name: [typical(rounds, best) for rounds in asked[name]] for name in everywhere}
    wrong = {name: missed(pages) for name, pages in whole.items()}
    counted = [
        f"{sum(goal in words for words in wrong.values())} {goal}" for goal in ("ms", "statements", "growth", "status")
    ]
    named = {name for each in desks for name in each.names if only in name}
    total = (f"{len(whole)} of {len(named)} addresses at every size", ", ".join(counted), "all 0")
    pace = ("the machine's pace", f"{best / median(spins):.0%} of its best, in the middle", "")
    return [*(line(name, pages) for name, pages in whole.items()), total, pace]


def _rounds(desks: list[Filled], names: list[str]) -> dict[str, list[list[Timed]]]:
    """For each name, for each desk: what each round found."""
    asked: dict[str, list[list[Timed]]] = {name: [[] for _ in desks] for name in names}
    for number in range(ROUNDS):
        for name in names:
            for desk_of_size, found in zip(desks, asked[name], strict=True):
                found.append(desk_of_size.ask(name))
        print(f"round {number + 1} of {ROUNDS}, {time.strftime('%H:%M:%S')}", file=sys.stderr, flush=True)
    return asked
