"""The listening socket of the desk, at the port that was asked for or the next free one."""

from __future__ import annotations

import contextlib
import socket

from app.runtime.process import StartError

TRIES = 100


def listen(host: str, port: int) -> socket.socket:
    """A listening socket at `port` or the next free one above it. Kept by the supervisor, so a restart of the web refuses nobody.

    Raises StartError when no port is free, or address and port are not for us.
    """
    for candidate in [port] if port == 0 else range(port, min(port + TRIES, 65536)):
        if host == "127.0.0.1" and candidate and _is_taken("::1", candidate):
            continue  # "localhost" would lead some browsers to that other program
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(2048)
        except PermissionError:
            listener.close()
            raise StartError(f"port {candidate} needs more rights than you have; set PORT to 1024 or more") from None
        except OSError as error:
            listener.close()
            if isinstance(error, socket.gaierror) or error.errno == 99:
                raise StartError(f"{host} is not an address of this machine; correct PRESSROOM_BIND") from None
            continue
        return listener
    raise StartError(f"no free port from {port} to {port + TRIES - 1}; set PORT to another one")


def _is_taken(host: str, port: int) -> bool:
    with contextlib.closing(socket.socket(socket.AF_INET6)) as probe, contextlib.suppress(OSError):
        probe.settimeout(0.2)
        return probe.connect_ex((host, port)) == 0
    return False
