"""compose.yaml and Dockerfile against the rules of least rights, and the parts of them that can be run here, run."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from app.environment import VARIABLES
from app.lib import envvalues
from app.runtime.valkey import program
from tests.architecture.source import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "pressroom"]
WRITTEN = {"postgres": "/var/lib/postgresql", "redis": "/data"} | dict.fromkeys(OURS, "/data")
EXAMPLE = (ROOT / "docs" / "example.env").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_has_the_least_rights(name):
    """(S17) No capability, no way to gain one, nothing to write but its data and a /tmp in memory, no socket of the engine."""
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service and "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True and service["pids_limit"] <= 512
    assert any(place.startswith("/tmp") for place in service["tmpfs"])
    assert [place.split(":")[1] for place in service["volumes"]] == [WRITTEN[name]]
    assert not {"network_mode", "pid", "ipc", "devices", "userns_mode"} & service.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_is_root(name):
    """(S17) Ours by the image, by number; the others by their image's own user."""
    if name in OURS:
        users = re.findall(r"^USER (\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
        assert users == ["10001:10001"] and "user" not in SERVICES[name]
    else:
        assert SERVICES[name]["user"] not in ("root", "0")


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_says_how_it_is(name):
    """(S17) All have a check of their health; the image's own one asks the web, so only the web may rely on it."""
    check = SERVICES[name].get("healthcheck")
    if name == "web":
        assert check is None and "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    elif name == "prepare":
        assert check == {"disable": True} and SERVICES[name]["restart"] == "no"
    else:
        assert check["test"] and "disable" not in check


def test_servers_are_reached_from_inside_alone_and_with_a_password():
    """(S11, S17) No port on the machine, no way out of their network."""
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"] and "ports" not in SERVICES[name]
    for name in OURS:
        environment = SERVICES[name]["environment"]
        assert re.match(r"redis://:\$\{VALKEY_PASSWORD:\?", environment["REDIS_URL"])
        assert re.match(r"postgresql://pressroom_app:\$\{APP_PASSWORD:\?", environment["DATABASE_URL"])
    assert SERVICES["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


def test_the_owner_of_the_database_is_known_to_prepare_alone():
    """(S17) Web and workers cannot even name the owner's password."""
    for name in OURS:
        told = str(SERVICES[name]["environment"])
        assert ("POSTGRES_PASSWORD" in told) == (name == "prepare"), name
    assert SERVICES["prepare"]["profiles"] == ["prepare"]


def test_the_proxy_in_front_is_declared():
    """(S9, S16) Else every person has the proxy's address, and one stranger's wrong passwords lock everybody out."""
    for name in OURS:
        default = re.fullmatch(r"\$\{PRESSROOM_PROXIES:-(\d)\}", SERVICES[name]["environment"]["PRESSROOM_PROXIES"])
        assert default and envvalues.proxies(default[1]) == 1


def test_no_password_stands_in_a_command_line_and_all_come_from_the_environment_file():
    """(S14, S17) A command line is read by everybody on the machine; a value in this file by everybody who has it."""
    for service in SERVICES.values():
        assert not re.search(r"(?<!\$)\$\{\w*(PASSWORD|KEY)", str(service.get("command", "")))
        for name, value in service["environment"].items():
            if re.search(r"PASSWORD|KEY|AUTH|URL$", name) and name != "SMTP_URL":
                assert re.search(r"\$\{\w+:\?", str(value)), name
    needed = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text()))
    assert needed <= set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))
    for name in OURS:
        assert set(SERVICES[name]["environment"]) <= set(VARIABLES)


def test_the_valkey_of_the_file_wants_the_password_and_ends_when_asked(tmp_path: Path):
    """(S11, S17) The command of compose.yaml itself, on the real server: the password by stdin, in no command line."""
    (tmp_path / "valkey-server").symlink_to(program())
    words = [word.replace("$$", "$") for word in SERVICES["redis"]["command"]]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words[-1] = words[-1].replace("--dir /data", f"--dir {tmp_path} --port {port} --bind 127.0.0.1")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "REDISCLI_AUTH": "canary0123456789abcdef"}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, cwd=tmp_path)
    try:
        _until_it_listens(port, process)
        assert b"canary" not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).set("a", "b")
        assert (
            redis.Redis(port=port, password="canary0123456789abcdef").config_get("maxmemory-policy")["maxmemory-policy"]
            == "noeviction"
        )
    finally:
        process.terminate()
        assert process.wait(20) == 0


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        with socket.socket() as link:
            if link.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
