"""The environment: typed, every error at once, secrets made once and never shown."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest

from app.environment import Environment, EnvironmentInvalid, socket_folder

KEY = base64.b64encode(bytes(32)).decode()


def read(tmp_path: Path, **values: str) -> Environment:
    return Environment.from_env({"PRESSROOM_DATA": str(tmp_path / "data"), **values})


def problems(tmp_path: Path, **values: str) -> dict[str, str]:
    with pytest.raises(EnvironmentInvalid) as caught:
        read(tmp_path, **values)
    return dict(caught.value.problems)


def test_an_empty_environment_has_working_defaults(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.port, found.demo, found.url, found.allow_hosts) == (8000, True, "http://localhost:8000", ())
    assert found.embedded_database and found.embedded_redis
    assert found.files == tmp_path / "data" / "files"
    assert not found.cookie_secure


def test_every_wrong_variable_is_reported_in_one_message(tmp_path: Path) -> None:
    wrong = {
        "PORT": "eighty", "PRESSROOM_DEMO": "perhaps", "DATABASE_URL": "mysql://x/y", "REDIS_URL": "http://x",
        "SMTP_URL": "mail", "FILES_URL": "s3://bucket", "PRESSROOM_KEYS": "nonsense", "PRESSROOM_URL": "desk",
        "PRESSROOM_ALLOW_HOSTS": "10.0.0.0/99", "PRESSROOM_ADMIN_EMAIL": "nobody", "SECRET_KEY": "short",
        "PRESSROOM_ADMIN_PASSWORD": "short",
    }  # fmt: skip
    found = problems(tmp_path, **wrong)
    assert set(found) == set(wrong)
    with pytest.raises(EnvironmentInvalid) as caught:
        read(tmp_path, **wrong)
    assert all(name in str(caught.value) for name in wrong)


@pytest.mark.parametrize("given", ["postgres://u:p@h:5/d", "postgresql://u:p@h:5/d", "postgresql+psycopg://u:p@h:5/d"])
def test_every_spelling_of_a_postgres_address_becomes_one(tmp_path: Path, given: str) -> None:
    found = read(tmp_path, DATABASE_URL=given)
    assert found.database_url == "postgresql+psycopg://u:p@h:5/d"
    assert found.libpq_url == "postgresql://u:p@h:5/d"
    assert not found.embedded_database


def test_options_and_socket_hosts_of_an_address_are_kept(tmp_path: Path) -> None:
    given = "postgresql:///desk?host=/run/postgresql&sslmode=disable"
    assert read(tmp_path, DATABASE_URL=given).libpq_url == given


@pytest.mark.parametrize("given", ["redis://h:1/0", "rediss://u:p@h/1", "unix:///run/redis.sock?db=2"])
def test_redis_addresses_are_taken_as_they_are(tmp_path: Path, given: str) -> None:
    assert read(tmp_path, REDIS_URL=given).redis_url == given


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("postgres://u:from-file@h/d\n")
    assert "from-file" in read(tmp_path, DATABASE_URL_FILE=str(file)).database_url


def test_a_file_that_cannot_be_read_or_is_given_twice_is_an_error(tmp_path: Path) -> None:
    found = problems(tmp_path, SECRET_KEY_FILE=str(tmp_path / "absent"), PORT="1", PORT_FILE=str(tmp_path / "absent"))
    assert "No such file" in found["SECRET_KEY"] and "both set" in found["PORT"]


def test_secrets_are_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first.secret_key == second.secret_key and len(first.secret_key) == 64
    assert first.keys == second.keys and len(first.keys[0][1]) == 32
    for name in ("secret_key", "keys"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["keys", "secret_key"]


def test_a_kept_key_that_was_damaged_is_reported_not_replaced(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "data" / "keys").write_text("k1:damaged")
    assert "keys" in problems(tmp_path)["PRESSROOM_KEYS"]


def test_a_folder_that_cannot_be_written_leaves_the_keys_absent_until_they_are_needed() -> None:
    found = Environment.from_env({"PRESSROOM_DATA": "/proc/pressroom"})
    assert found.secret_key == "" and found.keys == ()
    with pytest.raises(EnvironmentInvalid, match="SECRET_KEY"):
        found.require_complete()


def test_the_ring_keeps_its_order_and_refuses_short_and_double_keys(tmp_path: Path) -> None:
    assert [name for name, _ in read(tmp_path, PRESSROOM_KEYS=f"new:{KEY},old:{KEY}").keys] == ["new", "old"]
    assert "twice" in problems(tmp_path, PRESSROOM_KEYS=f"a:{KEY},a:{KEY}")["PRESSROOM_KEYS"]
    assert (
        "16 bytes" in problems(tmp_path, PRESSROOM_KEYS="a:" + base64.b64encode(bytes(16)).decode())["PRESSROOM_KEYS"]
    )


def test_repr_shows_no_secret(tmp_path: Path) -> None:
    found = read(
        tmp_path, DATABASE_URL="postgres://u:canary-1@h/d", REDIS_URL="redis://:canary-2@h", SMTP_URL="smtp://u:canary-3@h",
        PRESSROOM_ADMIN_PASSWORD="canary-4 canary", SECRET_KEY="canary-5" * 5, PRESSROOM_KEYS=f"k:{KEY}",
    )  # fmt: skip
    assert "canary" not in repr(found) and "canary" not in str(found.public_addresses)
    assert found.public_addresses["DATABASE_URL"] == "postgresql+psycopg://u:…@h/d"


def test_cookies_are_secure_behind_https(tmp_path: Path) -> None:
    assert read(tmp_path, PRESSROOM_URL="https://desk.example.org/").cookie_secure
    assert read(tmp_path, PRESSROOM_URL="https://desk.example.org/").url == "https://desk.example.org"


def test_allowed_hosts_are_names_addresses_and_networks(tmp_path: Path) -> None:
    assert read(tmp_path, PRESSROOM_ALLOW_HOSTS="Mastodon.LAN, 10.0.0.0/8 ::1").allow_hosts == (
        "mastodon.lan",
        "10.0.0.0/8",
        "::1",
    )


def test_sockets_of_a_deep_folder_go_to_a_short_one() -> None:
    assert socket_folder(Path("/srv/desk")) == Path("/srv/desk/run")
    short = socket_folder(Path("/srv/" + "deep/" * 30))
    assert str(short).startswith(f"/tmp/pressroom-{os.getuid()}-") and len(str(short)) < 50


def test_nobody_else_reads_the_environment() -> None:
    root = Path(__file__).parents[2]
    readers = [
        str(path.relative_to(root)) for path in (root / "app").rglob("*.py")
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    ]  # fmt: skip
    assert readers == ["app/environment.py"]


def test_an_address_with_an_open_bracket_is_named_with_the_others(tmp_path):
    with pytest.raises(EnvironmentInvalid) as found:
        read(tmp_path, PRESSROOM_URL="http://[::1", PORT="x")
    assert {name for name, _ in found.value.problems} == {"PRESSROOM_URL", "PORT"}
