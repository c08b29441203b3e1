"""The last step before a child program: change to the user it needs, ask to end with the parent, exec. Runs as a bare script.

`python -I -S launch.py PARENT_PID DEATH_SIGNAL WAY PROGRAM [ARGUMENT…]`

A program of its own, not a `preexec_fn`, because that is not safe in a process with threads. WAY is one of
- `plain`: as the user we are;
- `userns`: root only; in a user namespace where our uid appears as `nobody` (PostgreSQL refuses uid 0 and refuses a uid
  without a passwd entry). Files stay root's;
- `setuid`: root only, where namespaces are forbidden (most containers); as `nobody`, keeping the one capability that lets
  it walk through folders of others.
The death signal is set last: changing credentials or entering a namespace clears it.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
PR_SET_NAME = 15
CAP_DAC_OVERRIDE = 1
CAP_VERSION = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def nobody() -> tuple[int, int]:
    """uid and gid of the least privileged account that has a passwd entry."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        entry = next(entry for entry in pwd.getpwall() if entry.pw_uid > 0)
    return entry.pw_uid, entry.pw_gid


def set_parent_death_signal(signal: int, parent: int | None = None) -> None:
    """Asks the kernel for `signal` when the parent ends; leaves at once when it already has."""
    check(libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0))
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def set_process_name(name: str) -> None:
    """What `ps` and `top` call this process (15 bytes are kept)."""
    if sys.platform == "linux":
        libc.prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def set_parent_death_signal_in_forks() -> None:
    """What this process forks from now on ends with it: a fork does not inherit the parent death signal."""
    if sys.platform == "linux":
        os.register_at_fork(after_in_child=lambda: set_parent_death_signal(9))


def check(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def enter_namespace() -> None:
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    uid, gid = nobody()
    check(libc.unshare(CLONE_NEWUSER))
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outside_uid} 1"),
        ("gid_map", f"{gid} {outside_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def become_nobody() -> None:
    uid, gid = nobody()
    os.setgroups([])
    os.setgid(gid)
    check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setuid(uid)
    bit = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAP_VERSION, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main(parent: int, signal: int, way: str, program: list[str]) -> None:
    if way == "userns":
        enter_namespace()
    elif way == "setuid":
        become_nobody()
    if sys.platform == "linux":
        set_parent_death_signal(signal, parent)
    os.execv(program[0], program)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
