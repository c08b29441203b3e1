"""A child that is a fork of the supervisor: what was imported once costs the others neither memory nor time."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from app.lib import logs
from app.runtime.launch import set_parent_death_signal, set_process_name
from app.runtime.process import ChildProcess

HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


class ForkedProcess(ChildProcess):
    """Runs `target` in a process of its own. `close_fds`: descriptors that are the supervisor's alone (its lock, its listening socket)."""

    def __init__(
        self, name: str, target: Callable[[], object], log: Path, *,
        on_death: signal.Signals = signal.SIGKILL, close_fds: Iterable[int] = (),
    ) -> None:  # fmt: skip
        super().__init__(name, log)
        self.target, self.on_death, self.close_fds = target, on_death, tuple(close_fds)
        self.status: int | None = None

    def start(self) -> ForkedProcess:
        # a signal between fork and assignment would leave a child that nobody knows
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
        try:
            parent = os.getpid()
            sys.stdout.flush()
            self.status = None
            log = self.open_log()
            self.pid = os.fork()
            if self.pid == 0:
                self._run_target(parent, before, log)
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

    def _run_target(self, parent: int, mask: set[int], log: int) -> None:
        """Never returns."""
        code = 1
        try:
            os.setsid()
            for number in HANDLED:
                signal.signal(number, signal.SIG_DFL)
            if sys.platform == "linux":
                set_parent_death_signal(self.on_death, parent)
            set_process_name(f"pr {self.name}")
            self._redirect_output(log)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self.target()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1 if end.code else 0
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
        except BaseException as error:
            print(logs.format_traceback(error), file=sys.stderr)
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _redirect_output(self, log: int) -> None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        for descriptor in (nothing, log, *self.close_fds):
            os.close(descriptor)
