"""A child process: started so that it ends with us, watched, stopped by one signal after another, SIGKILL last."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.runtime.procfs import is_running, session_members

LAUNCH = Path(__file__).with_name("launch.py")
LOG_LIMIT = 10 * 1024 * 1024


class StartError(RuntimeError):
    """A program did not start; the message says what to do, or holds the end of its log."""


def launch_command(
    program: Sequence[str], *, way: str = "plain", on_death: signal.Signals = signal.SIGKILL
) -> list[str]:
    """The command line that runs `program` through launch.py."""
    return [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(on_death)), way, *program]


class ChildProcess:
    """What a started program and a forked process have in common. Its output goes to the end of `log`."""

    pid: int | None = None

    def __init__(self, name: str, log: Path) -> None:
        self.name, self.log = name, log
        self.log_offset = 0  # where this start's lines begin in the log

    def start(self) -> ChildProcess:
        raise NotImplementedError

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        raise NotImplementedError

    def open_log(self) -> int:
        """The log's descriptor; one older log is kept beside it."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        self.log_offset = self.log.stat().st_size if self.log.exists() else 0
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def is_alive(self) -> bool:
        return self.pid is not None and self.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.pid is not None and self.is_alive():
            os.kill(self.pid, number)

    def wait(self, seconds: float) -> bool:
        """Out: has it ended within that time?"""
        deadline = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Each step is a signal and the seconds it gets; SIGKILL is the last resort."""
        for number, seconds in (*steps, (signal.SIGKILL, 5.0)):
            self.send(number)
            if self.wait(seconds):
                return

    def kill_session(self) -> None:
        """SIGKILL for it and for all that it forked (each child leads a session of its own)."""
        if self.pid is not None:
            for pid in [*([self.pid] if self.is_alive() else []), *session_members(self.pid)]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def exit_description(self) -> str:
        """Its exit status in words."""
        code = self.poll() if self.pid else None
        return f"exit {code}" if code is None or code >= 0 else signal.Signals(-code).name

    def log_tail(self, lines: int = 15) -> str:
        """The last lines that this start wrote."""
        try:
            text = self.log.read_bytes()[self.log_offset :].decode(errors="replace")
            return "\n".join(text.splitlines()[-lines:])
        except OSError:
            return "(no log)"


class Process(ChildProcess):
    """A program, started through launch.py."""

    def __init__(
        self, name: str, program: Sequence[str], log: Path, *, way: str = "plain",
        on_death: signal.Signals = signal.SIGKILL, env: Mapping[str, str] | None = None, cwd: Path | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name, log)
        self.program = launch_command([str(word) for word in program], way=way, on_death=on_death)
        self.env, self.cwd = env, cwd
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> Process:
        out = self.open_log()
        try:
            self.popen = subprocess.Popen(
                self.program, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.env, cwd=self.cwd,
                start_new_session=True,  # Ctrl-C in the terminal is for the supervisor alone
            )  # fmt: skip
        finally:
            os.close(out)
        self.pid = self.popen.pid
        return self

    def poll(self) -> int | None:
        return self.popen.poll() if self.popen else None


def terminate(pid: int, *steps: tuple[signal.Signals, float]) -> bool:
    """Ends a process that is not our child, by these signals and then SIGKILL. Out: is it gone?"""
    for number, seconds in (*steps, (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not is_running(pid):
                return True
            time.sleep(0.02)
    return not is_running(pid)


def private_folder(path: Path) -> Path:
    """Makes it for us alone. Errors: StartError when somebody else's folder is in that place."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = path.lstat()
        if path.is_symlink() or (facts.st_uid != os.geteuid() and os.geteuid() != 0):
            raise StartError(f"{path} belongs to somebody else; remove it, or choose another PRESSROOM_DATA")
        path.chmod(0o700)
    except OSError as error:
        raise StartError(f"{path} cannot be made ({error.strerror}); choose another PRESSROOM_DATA") from None
    return path
