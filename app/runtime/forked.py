"""A child that is a fork of the supervisor: what was imported once is shared by all, in memory and in time."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from app.lib import logs
from app.runtime.launch import die_with_parent, show_name
from app.runtime.process import Child

RESET = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


class Forked(Child):
    """Runs `target` in a process of its own. `shut`: descriptors that are the supervisor's alone (its lock, its door)."""

    def __init__(
        self, name: str, target: Callable[[], object], log: Path, *,
        on_death: signal.Signals = signal.SIGKILL, shut: Iterable[int] = (),
    ) -> None:  # fmt: skip
        super().__init__(name, log)
        self.target, self.on_death, self.shut = target, on_death, tuple(shut)
        self.status: int | None = None

    def start(self) -> Forked:
        # a signal between fork and assignment would leave a child that nobody knows
        before = signal.pthread_sigmask(signal.SIG_BLOCK, RESET)
        try:
            parent = os.getpid()
            sys.stdout.flush()
            self.status = None
            log = self.open_log()
            self.pid = os.fork()
            if self.pid == 0:
                self._become(parent, before, log)
            os.close(log)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self

    def poll(self) -> int | None:
        if self.status is None and self.pid is not None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self.status = 0
            else:
                self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status

    def _become(self, parent: int, mask: set[int], log: int) -> None:
        """Never returns."""
        code = 1
        try:
            os.setsid()
            for number in RESET:
                signal.signal(number, signal.SIG_DFL)
            if sys.platform == "linux":
                die_with_parent(self.on_death, parent)
            show_name(f"pr {self.name}")
            self._arrange_descriptors(log)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self.target()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1 if end.code else 0
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
        except BaseException as error:
            print(logs.drawn(error), file=sys.stderr)
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _arrange_descriptors(self, log: int) -> None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        for descriptor in (nothing, log, *self.shut):
            os.close(descriptor)
